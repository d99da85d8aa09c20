package io.scopeguard.spring.provider;

/** Runs parts of start-up in parallel with the rest. The process does not wait for them when it ends. */
final class StartThread {

    private StartThread() {}

    static void run(Runnable task) {
        Thread thread = new Thread(task, "scope-guard-start");
        thread.setDaemon(true);
        thread.start();
    }
}
