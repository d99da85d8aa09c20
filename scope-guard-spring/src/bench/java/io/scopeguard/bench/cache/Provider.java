package io.scopeguard.bench.cache;

import io.scopeguard.permission.Holder;
import io.scopeguard.permission.Holdings;
import io.scopeguard.permission.PermissionSource;
import io.scopeguard.permission.PermissionsUnavailableException;
import io.scopeguard.permission.PermissionsUnavailableException.Reason;
import io.scopeguard.permission.RoleDefinitions;
import io.scopeguard.permission.RoleKind;
import io.scopeguard.permission.Urgency;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Takes its time for each answer, and counts what it is asked. Holders have one of a few roles. Thread-safe. */
final class Provider implements PermissionSource {

    /** What every role grants. */
    static final Scopes SCOPES = Scopes.of("read:report", "write:report", "read:invoice", "write:invoice");

    private static final int ROLES = 20;
    private static final RoleDefinitions DEFINITIONS = new RoleDefinitions(IntStream.range(0, ROLES)
            .mapToObj(Provider::role)
            .collect(Collectors.toMap(Function.identity(), role -> Map.of(Audience.ORGANIZATION, SCOPES))));

    private final Duration latency;
    private final AtomicInteger reads = new AtomicInteger();

    Provider(Duration latency) {
        this.latency = latency;
    }

    Duration latency() {
        return latency;
    }

    /** How often it was asked what somebody holds. */
    int reads() {
        return reads.get();
    }

    @Override
    public Holdings read(Holder holder, Urgency urgency) {
        reads.incrementAndGet();
        delay();
        return Holdings.of(Set.of(role(Math.floorMod(holder.id().hashCode(), ROLES))));
    }

    @Override
    public Holdings confirm(Holder holder, Urgency urgency) {
        return read(holder, urgency);
    }

    @Override
    public RoleDefinitions definitions(RoleKind kind, Urgency urgency) {
        delay();
        return DEFINITIONS;
    }

    private void delay() {
        try {
            Thread.sleep(latency.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PermissionsUnavailableException(Reason.TIMEOUT, "Interrupted.");
        }
    }

    private static String role(int number) {
        return "role-" + number;
    }
}
