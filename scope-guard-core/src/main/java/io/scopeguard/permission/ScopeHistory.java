package io.scopeguard.permission;

import io.scopeguard.scope.Scopes;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * When scopes came and went, as far as readings of one subject's permissions in a row showed it. Immutable; as large as what
 * changed.
 */
public final class ScopeHistory {

    private static final ScopeHistory NONE = new ScopeHistory(Instant.MIN, Map.of(), Map.of());

    private final Instant first;
    private final Map<String, Instant> entered;
    private final Map<String, Instant> left;

    private ScopeHistory(Instant first, Map<String, Instant> entered, Map<String, Instant> left) {
        this.first = first;
        this.entered = entered;
        this.left = left;
    }

    /** Of a reading that stands alone. */
    static ScopeHistory none() {
        return NONE;
    }

    /** When a scope was first there after a reading without it, or {@code null} if every reading so far had it. */
    public @Nullable Instant entered(String scope) {
        return entered.get(scope);
    }

    /** From when on every reading lacked a scope: the one it went with, else the first of all. */
    public Instant lackedSince(String scope) {
        return left.getOrDefault(scope, first);
    }

    /** What is known once this reading has followed that one. */
    static ScopeHistory after(@Nullable LivePermissions before, LivePermissions reading) {
        if (before == null) {
            return new ScopeHistory(reading.asOf(), Map.of(), Map.of());
        }
        ScopeHistory past = before.history();
        Scopes gained = reading.granted().minus(before.granted());
        Scopes lost = before.issuable().minus(reading.issuable());
        return gained.isEmpty() && lost.isEmpty()
                ? past
                : new ScopeHistory(
                        past.first,
                        dated(past.entered, gained, reading.asOf(), reading.granted()::contains),
                        dated(
                                past.left,
                                lost,
                                reading.asOf(),
                                scope -> !reading.issuable().contains(scope)));
    }

    private static Map<String, Instant> dated(
            Map<String, Instant> past, Scopes changed, Instant now, Predicate<String> isStillSo) {
        Map<String, Instant> dated = new HashMap<>(past);
        dated.keySet().removeIf(isStillSo.negate());
        changed.forEach(scope -> dated.put(scope, now));
        return Map.copyOf(dated);
    }
}
