package io.scopeguard.remedy;

import io.scopeguard.permission.PermissionHistory;
import io.scopeguard.time.SteadyClock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** A history that a test writes. Every event happens now. */
final class RecordedHistory implements PermissionHistory {

    private final SteadyClock clock;
    private final Map<String, Long> held = new HashMap<>();
    private final Map<String, Long> unbroken = new HashMap<>();
    private final Map<String, Long> lacked = new HashMap<>();
    private final Set<String> observed = new HashSet<>();
    private long standingSince;
    private long firstRequestAt;
    private boolean complete = true;

    RecordedHistory(SteadyClock clock) {
        this.clock = clock;
        this.firstRequestAt = clock.nanos();
        this.standingSince = clock.nanos();
    }

    /** The first read shows the scope. */
    RecordedHistory shows(String scope) {
        lacked.remove(scope);
        held.put(scope, clock.nanos());
        unbroken.put(scope, clock.nanos());
        return this;
    }

    /** A read shows a scope that the previous one lacked. */
    RecordedHistory gains(String scope) {
        observed.add(scope);
        return shows(scope);
    }

    /** A read lacks the scope. */
    RecordedHistory loses(String scope) {
        held.remove(scope);
        lacked.put(scope, clock.nanos());
        return this;
    }

    /** Reads continue after a gap. */
    RecordedHistory resumes(String scope) {
        unbroken.put(scope, clock.nanos());
        return this;
    }

    RecordedHistory losesStanding() {
        standingSince = clock.nanos();
        return this;
    }

    /** Records may have been dropped. */
    RecordedHistory forgets() {
        complete = false;
        return this;
    }

    @Override
    public OptionalLong heldSince(String scope) {
        return optional(held.get(scope));
    }

    @Override
    public OptionalLong unbrokenSince(String scope) {
        return optional(unbroken.get(scope));
    }

    @Override
    public boolean isObserved(String scope) {
        return observed.contains(scope);
    }

    @Override
    public OptionalLong lackedSince(String scope) {
        return optional(lacked.get(scope));
    }

    @Override
    public OptionalLong lostAt(String scope) {
        return lackedSince(scope);
    }

    @Override
    public long standingSince() {
        return standingSince;
    }

    @Override
    public OptionalLong standingLostAt() {
        return OptionalLong.empty();
    }

    @Override
    public long firstRequestAt() {
        return firstRequestAt;
    }

    @Override
    public boolean isComplete() {
        return complete;
    }

    private static OptionalLong optional(Long time) {
        return time == null ? OptionalLong.empty() : OptionalLong.of(time);
    }
}
