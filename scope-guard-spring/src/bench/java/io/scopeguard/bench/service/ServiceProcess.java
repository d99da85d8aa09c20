package io.scopeguard.bench.service;

import io.scopeguard.bench.ClassPath;
import io.scopeguard.bench.app.Answers;
import io.scopeguard.bench.app.Service;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A variant of the service in its own process, which answers questions about itself. */
final class ServiceProcess implements AutoCloseable {

    /** The JVM assembles its AOT cache as it ends. */
    private static final int PATIENCE_SECONDS = 120;

    private final Process process;
    private final BufferedReader answers;
    private final Writer questions;
    private final int port;

    ServiceProcess(Variant variant, List<String> jvmFlags, String endpoint) throws IOException {
        this(variant, jvmFlags, ClassPath.small(variant.chain().isGuarded(), variant.libraries()), endpoint);
    }

    ServiceProcess(Variant variant, List<String> jvmFlags, String classPath, String endpoint) throws IOException {
        process = new ProcessBuilder(command(variant, jvmFlags, classPath, endpoint))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        answers = process.inputReader(StandardCharsets.UTF_8);
        questions = process.outputWriter(StandardCharsets.UTF_8);
        port = Integer.parseInt(answer(Answers.READY));
    }

    int port() {
        return port;
    }

    Usage usage() throws IOException {
        ask(Answers.USAGE);
        String[] numbers = answer(Answers.USAGE).split(" ");
        return new Usage(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]), Long.parseLong(numbers[2]));
    }

    /** The processor time of the process so far; the process itself does nothing for it. */
    Duration processorTime() {
        return process.info().totalCpuDuration().orElseThrow();
    }

    long loadedClasses() throws IOException {
        ask(Answers.CLASSES);
        return Long.parseLong(answer(Answers.CLASSES));
    }

    @Override
    public void close() throws IOException {
        try {
            ask(Answers.STOP);
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void ask(String question) throws IOException {
        questions.write(question + "\n");
        questions.flush();
    }

    /** All other output of the service is printed. */
    private String answer(String kind) throws IOException {
        String prefix = Answers.prefix(kind);
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
            if (line.startsWith(prefix)) {
                return line.substring(prefix.length());
            }
            System.err.println(line);
        }
        throw new IOException("the service has stopped");
    }

    private static List<String> command(Variant variant, List<String> jvmFlags, String classPath, String endpoint) {
        List<String> command = new ArrayList<>();
        command.add(StartMode.java());
        command.addAll(jvmFlags);
        command.addAll(List.of("-cp", classPath, Service.class.getName()));
        command.addAll(List.of(variant.chain().name(), endpoint));
        if (variant.outage()) {
            // Expired as soon as the outage begins.
            command.addAll(List.of("--scope-guard.permissions.max-age=1s", "--scope-guard.permissions.max-stale=2s"));
        }
        return command;
    }
}
