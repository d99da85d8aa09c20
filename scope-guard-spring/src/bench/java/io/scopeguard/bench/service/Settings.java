package io.scopeguard.bench.service;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The settings of a measurement.
 *
 * @param warmup how long each service is under load before the measurement
 * @param rounds the number of rounds
 * @param turn the duration of a turn
 * @param runUp how long a service is under load before each turn, until it is warm again
 * @param connections the number of connections, each with one request after the other
 * @param users the number of subjects of the tokens
 * @param variants the variants in the order of their turns
 * @param jvmFlags the JVM flags of each service
 */
record Settings(
        Duration warmup,
        int rounds,
        Duration turn,
        Duration runUp,
        int connections,
        int users,
        List<Variant> variants,
        List<String> jvmFlags) {

    private static final int QUICK_WARMUP = 18;
    private static final int QUICK_ROUNDS = 31;
    private static final Duration QUICK_RUN_UP = Duration.ofMillis(100);

    /** Long enough that facts from before an outage have expired. */
    private static final Duration RUN_UP = Duration.ofSeconds(4);

    /** Parses arguments of the form {@code name=value}. */
    static Settings parse(String... args) {
        Map<String, String> values = new HashMap<>();
        for (String arg : args) {
            int equals = arg.indexOf('=');
            values.put(arg.substring(0, equals), arg.substring(equals + 1));
        }
        boolean isQuick = Boolean.parseBoolean(value(values, "quick"));
        String variants = value(values, "variants");
        return new Settings(
                Duration.ofSeconds(isQuick ? QUICK_WARMUP : number(values, "warmup")),
                isQuick ? QUICK_ROUNDS : number(values, "rounds"),
                Duration.ofSeconds(isQuick ? 1 : number(values, "seconds")),
                isQuick ? QUICK_RUN_UP : RUN_UP,
                number(values, "connections"),
                number(values, "users"),
                Variant.chosen(isQuick && variants.isBlank() ? Variant.QUICK : variants),
                List.of(value(values, "jvm").split(" ")));
    }

    /** The whole time for which each service is under load, including warm-up. */
    Duration loaded() {
        return warmup.plus(turn.plus(runUp).multipliedBy(rounds));
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
