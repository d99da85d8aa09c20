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

    /** Whether a scope was there once, and seen to go. */
    boolean sawGo(String scope) {
        return left.containsKey(scope);
    }

    /** Of the first reading. */
    static ScopeHistory since(Instant first) {
        return new ScopeHistory(first, Map.of(), Map.of());
    }

    ScopeHistory followedBy(
            Scopes grantedBefore, Scopes issuableBefore, Scopes granted, Scopes issuable, Instant asOf) {
        Scopes gained = granted.minus(grantedBefore);
        Scopes lost = issuableBefore.minus(issuable);
        return gained.isEmpty() && lost.isEmpty()
                ? this
                : new ScopeHistory(
                        first,
                        dated(entered, gained, asOf, granted::contains),
                        dated(left, lost, asOf, scope -> !issuable.contains(scope)));
    }

    /** What somebody knows who has looked since then only. */
    ScopeHistory seenSince(Instant time) {
        return first.isAfter(time) || (entered.isEmpty() && left.isEmpty() && first.equals(time))
                ? this
                : new ScopeHistory(time, after(entered, time), after(left, time));
    }

    /** This, and what somebody saw before that time, who saw this from then on. */
    ScopeHistory precededBy(ScopeHistory past, Instant time) {
        return new ScopeHistory(
                past.first, joined(past.entered, after(entered, time)), joined(past.left, after(left, time)));
    }

    private static Map<String, Instant> after(Map<String, Instant> dates, Instant time) {
        if (dates.isEmpty()) {
            return dates;
        }
        Map<String, Instant> later = new HashMap<>(dates);
        later.values().removeIf(date -> !date.isAfter(time));
        return later;
    }

    private static Map<String, Instant> joined(Map<String, Instant> past, Map<String, Instant> later) {
        if (later.isEmpty()) {
            return past;
        }
        Map<String, Instant> joined = new HashMap<>(past);
        joined.putAll(later);
        return joined;
    }

    private static Map<String, Instant> dated(
            Map<String, Instant> past, Scopes changed, Instant now, Predicate<String> isStillSo) {
        Map<String, Instant> dated = new HashMap<>(past);
        dated.keySet().removeIf(isStillSo.negate());
        changed.forEach(scope -> dated.put(scope, now));
        return Map.copyOf(dated);
    }
}
