package io.scopeguard.bench.replicas;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A replica in a process of its own. */
final class ReplicaProcess implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 20;

    private final Process process;
    private final int port;

    private ReplicaProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts replicas, all at once, and waits until they serve. */
    static List<ReplicaProcess> start(int count, Map<String, String> properties) throws IOException {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            processes.add(process(properties));
        }
        List<ReplicaProcess> replicas = new ArrayList<>();
        for (Process process : processes) {
            replicas.add(new ReplicaProcess(process, port(process)));
        }
        return replicas;
    }

    private static Process process(Map<String, String> properties) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx160m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ReplicaApplication.class.getName()));
        properties.forEach((name, value) -> command.add("--" + name + "=" + value));
        return new ProcessBuilder(command)
                .redirectError(new File("/dev/null").exists() ? ProcessBuilder.Redirect.DISCARD : null)
                .start();
    }

    private static int port(Process process) throws IOException {
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(ReplicaApplication.PORT)) {
                int port = Integer.parseInt(line.substring(ReplicaApplication.PORT.length()));
                discard(output);
                return port;
            }
        }
        throw new IOException("A replica ended before it served.");
    }

    private static void discard(BufferedReader output) {
        Thread thread = new Thread(
                () -> {
                    try {
                        while (output.readLine() != null) {
                            // Warnings during an outage.
                        }
                    } catch (IOException e) {
                        // The process has ended.
                    }
                },
                "output");
        thread.setDaemon(true);
        thread.start();
    }

    URI at(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    /** Ends the process without letting it do anything. */
    void kill() {
        process.destroyForcibly();
        await();
    }

    private void await() {
        try {
            process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        process.destroy();
        await();
        process.destroyForcibly();
    }
}
