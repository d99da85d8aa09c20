package io.scopeguard.bench.app;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Answers questions about a service: it reads questions from its standard input, and writes answers to its standard output. */
public final class Answers {

    public static final String READY = "ready";
    public static final String USAGE = "usage";
    public static final String CLASSES = "classes";
    public static final String STOP = "stop";

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String RESIDENT = "VmRSS:";

    private Answers() {}

    /** The prefix of a line with an answer. */
    public static String prefix(String kind) {
        return "bench " + kind + " ";
    }

    /** Reports that the service listens, then answers questions until it is told to stop. */
    static void serve(int port) throws IOException {
        say(READY, Integer.toString(port));
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String question = questions.readLine();
                question != null && !question.equals(STOP);
                question = questions.readLine()) {
            if (question.equals(CLASSES)) {
                say(CLASSES, Long.toString(loadedClasses()));
            } else {
                say(USAGE, cpuNanos() + " " + allocatedBytes() + " " + residentBytes());
            }
        }
    }

    private static void say(String kind, String answer) {
        System.out.println(prefix(kind) + answer);
    }

    private static long loadedClasses() {
        return ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount();
    }

    private static long cpuNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    /** Allocations of the live threads. The threads that serve requests live for the whole time. */
    private static long allocatedBytes() {
        ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
        return Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
                .filter(bytes -> bytes > 0)
                .sum();
    }

    /** Zero if the system does not report it. */
    private static long residentBytes() throws IOException {
        List<String> status = Files.isReadable(STATUS) ? Files.readAllLines(STATUS) : List.of();
        return status.stream()
                .filter(line -> line.startsWith(RESIDENT))
                .mapToLong(line -> 1024L * Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }
}
