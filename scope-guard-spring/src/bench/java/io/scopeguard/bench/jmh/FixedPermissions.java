package io.scopeguard.bench.jmh;

import io.scopeguard.provider.Account;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.Grants;
import io.scopeguard.provider.Membership;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.ProviderTraits;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.provider.RoleScopes;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.Subject;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Answers immediately, always with one role and these scopes, in organizations and outside. */
record FixedPermissions(Scopes scopes) implements PermissionSource {

    private static final String ROLE = "role";

    @Override
    public ProviderTraits traits() {
        return new ProviderTraits(
                100, false, false, 1, Set.of(), Set.of(TokenKind.RESOURCE), Set.of(), Map.of(), Duration.ZERO);
    }

    @Override
    public Answer<Membership> membership(Subject subject, String organization, CallContext context) {
        return Answer.explicit(Membership.of(Grants.ofRoles(Set.of(ROLE))));
    }

    @Override
    public Answer<Membership> confirmMembership(Subject subject, String organization, CallContext context) {
        return membership(subject, organization, context);
    }

    @Override
    public Answer<Account> account(Subject subject, CallContext context) {
        return Answer.explicit(Account.ofStanding(Standing.ACTIVE));
    }

    @Override
    public Answer<Account> globalGrants(Subject subject, CallContext context) {
        return Answer.explicit(Account.ofGrants(Grants.ofRoles(Set.of(ROLE))));
    }

    @Override
    public Map<String, RoleDefinition> definitions(DefinitionsKey key, CallContext context) {
        return Map.of(ROLE, RoleDefinition.of(Map.of(audience(key), scopes)));
    }

    @Override
    public Optional<RoleScopes> roleScopes(DefinitionsKey key, String role, Audience audience, CallContext context) {
        return Optional.of(new RoleScopes(Map.of(audience(key), scopes), true));
    }

    private static Audience audience(DefinitionsKey key) {
        return key.equals(DefinitionsKey.ORGANIZATION_ROLES) ? Audience.ORGANIZATION : SignedTokens.RESOURCE;
    }
}
