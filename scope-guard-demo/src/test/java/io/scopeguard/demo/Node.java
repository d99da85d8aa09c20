package io.scopeguard.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The Node.js that is installed on this machine. Nothing is downloaded to run it. */
final class Node {

    private Node() {}

    /** Whether the gate is running, in which no test may be skipped. */
    static boolean isGate() {
        return "true".equals(System.getenv("CI"));
    }

    static boolean hasVersion(int oldest) throws InterruptedException {
        try {
            Command.Result node = Command.run(List.of("node", "--version"), Path.of("."), Map.of());
            String version = node.output().strip();
            return version.matches("v\\d+\\..*")
                    && Integer.parseInt(version.substring(1, version.indexOf('.'))) >= oldest;
        } catch (IOException e) {
            return false;
        }
    }

    /** Runs the test files in a folder and fails with their output if one of them fails. */
    static String test(Path folder, Map<String, String> environment, Stream<String> files)
            throws IOException, InterruptedException {
        List<String> names = files.sorted().toList();
        assertThat(names).isNotEmpty();
        return succeed(
                folder,
                environment,
                Stream.concat(Stream.of("node", "--test", "--test-concurrency=2"), names.stream()));
    }

    static String succeed(Path folder, Map<String, String> environment, Stream<String> command)
            throws IOException, InterruptedException {
        Command.Result run = Command.run(command.toList(), folder, environment);
        assertThat(run.status()).as(run.output()).isZero();
        return run.output();
    }
}
