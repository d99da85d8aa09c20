package io.scopeguard.fuzz;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Checks that messages are fixed texts. Searching a message for parts of the input does not work, because the fuzzer observes the
 * comparison and creates input that satisfies it. But a message that contains input changes with the input, so the number of
 * distinct messages exceeds any bound. Thread-safe.
 */
final class DistinctMessages {

    private static final int MAX = 100;
    private static final int MAX_LENGTH = 300;

    private final Set<String> seen = ConcurrentHashMap.newKeySet();

    void add(Throwable documented) {
        String message = String.valueOf(documented.getMessage());
        if (message.length() > MAX_LENGTH) {
            throw new AssertionError("a message of " + message.length() + " characters: " + message);
        }
        if (seen.add(message) && seen.size() > MAX) {
            throw new AssertionError("messages contain input: " + seen);
        }
    }
}
