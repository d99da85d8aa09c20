package io.scopeguard.fuzz;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Checks that messages are fixed texts. Searching a message for parts of the input would not do: the fuzzer sees such a
 * comparison and forges the input that satisfies it. A message that contains input changes with the input, though, so that the
 * number of distinct messages exceeds any bound. Thread-safe.
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
