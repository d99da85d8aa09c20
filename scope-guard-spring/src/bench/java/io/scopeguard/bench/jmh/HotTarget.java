package io.scopeguard.bench.jmh;

import io.scopeguard.bench.jmh.HotDecision.Drift;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/**
 * The targets for a decision about a known token of an organization or for a resource.
 *
 * @param nanos the time in nanoseconds
 * @param bytes the allocated bytes
 */
record HotTarget(Drift drift, int scopes, double nanos, double bytes) {

    private static final String BYTES = "gc.alloc.rate.norm";

    private static final List<HotTarget> ALL = List.of(
            new HotTarget(Drift.NONE, 4, 1_400, 512),
            new HotTarget(Drift.NONE, 100, 1_000, 512),
            new HotTarget(Drift.NONE, 1_000, 5_000, 512),
            new HotTarget(Drift.DEMOTED, 4, 1_400, 900),
            new HotTarget(Drift.DEMOTED, 100, 1_400, 900),
            new HotTarget(Drift.DEMOTED, 1_000, 5_000, 900),
            new HotTarget(Drift.PROMOTED, 4, 1_900, 1_200),
            new HotTarget(Drift.PROMOTED, 100, 1_900, 1_200),
            new HotTarget(Drift.PROMOTED, 1_000, 5_000, 1_200));

    /** Whether all targets with results are met. Prints missed targets. */
    static boolean areMet(Collection<RunResult> results) {
        boolean met = true;
        for (RunResult result : results) {
            for (HotTarget target : ALL) {
                met &= !target.concerns(result) || target.isMet(result);
            }
        }
        return met;
    }

    private boolean concerns(RunResult result) {
        return result.getParams().getBenchmark().contains(HotDecision.class.getSimpleName())
                && drift.name().equals(result.getParams().getParam("drift"))
                && String.valueOf(scopes).equals(result.getParams().getParam("scopes"));
    }

    private boolean isMet(RunResult result) {
        Result<?> allocated = result.getSecondaryResults().get(BYTES);
        boolean met =
                result.getPrimaryResult().getScore() <= nanos && (allocated == null || allocated.getScore() <= bytes);
        if (!met) {
            System.out.printf(
                    Locale.ROOT,
                    "MISSED: %s, %d scopes: at most %.0f ns and %.0f bytes%n",
                    drift,
                    scopes,
                    nanos,
                    bytes);
        }
        return met;
    }
}
