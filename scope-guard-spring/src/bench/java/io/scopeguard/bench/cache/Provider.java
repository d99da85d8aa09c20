package io.scopeguard.bench.cache;

import io.scopeguard.provider.Account;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.Grants;
import io.scopeguard.provider.Membership;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.ProviderTraits;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.provider.RoleScopes;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A provider with a latency that counts its calls. Members have one of a few roles. Thread-safe. */
final class Provider implements PermissionSource {

    /** The scopes that every role grants. */
    static final Scopes SCOPES = Scopes.of("read:report", "write:report", "read:invoice", "write:invoice");

    private static final int ROLES = 20;
    private static final Map<String, RoleDefinition> DEFINITIONS = IntStream.range(0, ROLES)
            .mapToObj(Provider::role)
            .collect(Collectors.toMap(
                    Function.identity(), role -> RoleDefinition.of(Map.of(Audience.ORGANIZATION, SCOPES))));
    private static final ProviderTraits TRAITS =
            new ProviderTraits(100, false, false, 1, Set.of(), Set.of(), Set.of(), Map.of(), Duration.ZERO);

    private final Duration latency;
    private final AtomicInteger reads = new AtomicInteger();

    Provider(Duration latency) {
        this.latency = latency;
    }

    Duration latency() {
        return latency;
    }

    /** The number of reads of a membership. */
    int reads() {
        return reads.get();
    }

    @Override
    public ProviderTraits traits() {
        return TRAITS;
    }

    @Override
    public Answer<Membership> membership(Subject subject, String organization, CallContext context) {
        reads.incrementAndGet();
        delay();
        String role = role(Math.floorMod(subject.id().hashCode(), ROLES));
        return Answer.explicit(Membership.of(Grants.ofRoles(Set.of(role))));
    }

    @Override
    public Answer<Membership> confirmMembership(Subject subject, String organization, CallContext context) {
        return membership(subject, organization, context);
    }

    @Override
    public Answer<Account> account(Subject subject, CallContext context) {
        delay();
        return Answer.explicit(Account.ofStanding(Standing.ACTIVE));
    }

    @Override
    public Answer<Account> globalGrants(Subject subject, CallContext context) {
        delay();
        return Answer.explicit(Account.ofGrants(Grants.none()));
    }

    @Override
    public Map<String, RoleDefinition> definitions(DefinitionsKey key, CallContext context) {
        delay();
        return key.equals(DefinitionsKey.ORGANIZATION_ROLES) ? DEFINITIONS : Map.of();
    }

    @Override
    public Optional<RoleScopes> roleScopes(DefinitionsKey key, String role, Audience audience, CallContext context) {
        return Optional.ofNullable(DEFINITIONS.get(role))
                .map(definition -> new RoleScopes(Map.of(Audience.ORGANIZATION, SCOPES), true));
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
