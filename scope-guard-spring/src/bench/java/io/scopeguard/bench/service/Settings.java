package io.scopeguard.bench.service;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How the services are measured.
 *
 * @param warmup how long each is under load before
 * @param rounds how often each is measured
 * @param turn for how long at a time
 * @param runUp for how long it is under load before each turn: until a service that has rested is warm again
 * @param connections how many there are at a time, each with one request after the other
 * @param users how many subjects the tokens are of
 * @param variants in the order in which they are measured
 * @param jvmFlags those of each service
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

    /** Also until what was read before an outage is outdated. */
    private static final Duration RUN_UP = Duration.ofSeconds(4);

    /** From arguments of the form {@code name=value}. */
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

    /** For how long each service is under load, with what comes before it is measured. */
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
