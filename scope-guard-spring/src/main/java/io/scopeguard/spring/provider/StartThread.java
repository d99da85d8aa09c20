package io.scopeguard.spring.provider;

/** Runs parts of start-up in parallel with the rest, on threads that do not keep the process alive. */
final class StartThread {

    private StartThread() {}

    static void run(Runnable task) {
        Thread thread = new Thread(task, "scope-guard-start");
        thread.setDaemon(true);
        thread.start();
    }
}
