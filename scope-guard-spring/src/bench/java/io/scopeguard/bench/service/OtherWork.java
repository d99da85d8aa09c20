package io.scopeguard.bench.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/** The processors that other programs have used since a measurement began. Known on Linux only. */
final class OtherWork {

    private static final Path STAT = Path.of("/proc/stat");

    /** Clock ticks per second, which is the same on all common platforms. */
    private static final double TICKS = 100;

    /** The columns after the name of the line: user, nice and system time; then idle and waiting; then interrupts. */
    private static final int[] BUSY = {0, 1, 2, 5, 6};

    private final long begin = System.nanoTime();
    private final double before = others();

    /** The average number of processors that other programs have used; empty if unknown. */
    Optional<Double> processors() {
        double used = others() - before;
        return Double.isNaN(used)
                ? Optional.empty()
                : Optional.of(Math.max(used, 0) * 1e9 / (System.nanoTime() - begin));
    }

    /** The processor seconds of all programs but this one and its services. */
    private static double others() {
        try {
            String[] total =
                    Files.readAllLines(STAT).get(0).replaceFirst("cpu\\s+", "").split(" ");
            double busy = Arrays.stream(BUSY)
                            .mapToLong(column -> Long.parseLong(total[column]))
                            .sum()
                    / TICKS;
            ProcessHandle self = ProcessHandle.current();
            return busy
                    - seconds(self)
                    - self.descendants().mapToDouble(OtherWork::seconds).sum();
        } catch (IOException | RuntimeException e) {
            return Double.NaN;
        }
    }

    private static double seconds(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3;
    }
}
