package io.scopeguard.bench.service;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The settings of a measurement.
 *
 * @param warmup how long each service is under load with known tokens before the measurement
 * @param rounds the number of rounds
 * @param turn the duration of a turn: short, because the machine's speed changes within seconds, for all variants alike
 * @param connections the number of connections, each with one request after the other
 * @param users the number of subjects of the tokens
 * @param variants the variants in the order of their turns
 * @param jvmFlags the JVM flags of each service
 * @param starts how often all services are started and measured
 */
record Settings(
        Duration warmup,
        int rounds,
        Duration turn,
        int connections,
        int users,
        List<Variant> variants,
        List<String> jvmFlags,
        int starts) {

    /** Whether a service is fast soon after its start depends on what the JIT compiler happens to inline. */
    private static final int SOON_STARTS = 5;

    private static final int SOON_WARMUP = 30;
    private static final int SOON_ROUNDS = 11;
    private static final String SOON_VARIANTS = "a,f";

    private static final int QUICK_WARMUP = 12;
    private static final int QUICK_ROUNDS = 30;

    /** The part of the warm-up with tokens that were never seen. It is short, because each of them has to be signed before. */
    static final Duration WARMUP_WITH_UNSEEN = Duration.ofSeconds(10);

    /** Until a service is warm again after the turns of the others. */
    private static final Duration RUN_UP = Duration.ofMillis(100);

    private static final Duration RUN_UP_WITH_UNSEEN = Duration.ofMillis(500);

    /** Until the facts from before the outage have expired. */
    private static final Duration RUN_UP_WITH_OUTAGE = Duration.ofSeconds(4);

    /** Parses arguments of the form {@code name=value}. */
    static Settings parse(String... args) {
        Map<String, String> values = new HashMap<>();
        for (String arg : args) {
            int equals = arg.indexOf('=');
            values.put(arg.substring(0, equals), arg.substring(equals + 1));
        }
        if (Boolean.parseBoolean(value(values, "soon"))) {
            return new Settings(
                    Duration.ofSeconds(SOON_WARMUP),
                    SOON_ROUNDS,
                    Duration.ofSeconds(number(values, "seconds")),
                    number(values, "connections"),
                    number(values, "users"),
                    Variant.chosen(SOON_VARIANTS),
                    List.of(value(values, "jvm").split(" ")),
                    SOON_STARTS);
        }
        boolean isQuick = Boolean.parseBoolean(value(values, "quick"));
        String variants = value(values, "variants");
        return new Settings(
                Duration.ofSeconds(isQuick ? QUICK_WARMUP : number(values, "warmup")),
                isQuick ? QUICK_ROUNDS : number(values, "rounds"),
                Duration.ofSeconds(number(values, "seconds")),
                number(values, "connections"),
                number(values, "users"),
                Variant.chosen(isQuick && variants.isBlank() ? Variant.QUICK : variants),
                List.of(value(values, "jvm").split(" ")),
                1);
    }

    /** Whether the services are measured soon after their starts. */
    boolean isSoon() {
        return starts > 1;
    }

    /** How long a service is under load before each turn. */
    Duration runUp(Variant variant) {
        if (variant.outage()) {
            return RUN_UP_WITH_OUTAGE;
        }
        return variant.unseenPercent() > 0 ? RUN_UP_WITH_UNSEEN : RUN_UP;
    }

    /** The whole time for which a service gets tokens that were never seen. */
    Duration loadedWithUnseen(Variant variant) {
        return WARMUP_WITH_UNSEEN.plus(turn.plus(runUp(variant)).multipliedBy(rounds));
    }

    private static int number(Map<String, String> values, String name) {
        return Integer.parseInt(value(values, name));
    }

    private static String value(Map<String, String> values, String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("missing argument " + name);
        }
        return value;
    }
}
