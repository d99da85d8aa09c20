package io.scopeguard.spring.test;

import io.scopeguard.provider.Account;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.provider.Membership;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.ProviderTraits;
import io.scopeguard.provider.RefreshDelivery;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.provider.RoleScopes;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.Subject;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.provider.TokenReader;
import io.scopeguard.scope.Audience;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** An identity provider inside the test process, which answers from {@link TestPermissions}. */
final class TestIdentityProvider implements IdentityProvider, PermissionSource {

    private static final ProviderTraits TRAITS = new ProviderTraits(
            100,
            false,
            false,
            1,
            Set.of(),
            Set.of(TokenKind.RESOURCE),
            Set.of(),
            Map.<TokenKind, RefreshDelivery>of(),
            Duration.ZERO);

    /** The id of a role without holders. */
    private static final String GRANTED = "urn:scope-guard:granted-directly";

    private final TestPermissions permissions;

    TestIdentityProvider(TestPermissions permissions) {
        this.permissions = permissions;
    }

    @Override
    public String name() {
        return "test";
    }

    @Override
    public String description() {
        return "the identity provider of the test";
    }

    @Override
    public List<String> issuers() {
        return List.of(TestIssuer.ISSUER);
    }

    @Override
    public URI jwkSetUri() {
        return TestIssuer.jwkSetUri();
    }

    @Override
    public TokenReader tokenReader(Collection<Audience> resources) {
        return new TestTokenReader(permissions, resources);
    }

    @Override
    public PermissionSource permissions() {
        return this;
    }

    @Override
    public ScopeCatalogue catalogue() {
        return permissions.catalogue();
    }

    @Override
    public ProviderClock clock() {
        return permissions.clock();
    }

    @Override
    public void check(Collection<Audience> audiences) {
        // There are no settings of an external provider to check.
    }

    @Override
    public ProviderTraits traits() {
        return TRAITS;
    }

    @Override
    public Answer<Membership> membership(Subject subject, String organization, CallContext context) {
        checkAvailable();
        return Answer.explicit(permissions.membership(subject, organization));
    }

    @Override
    public Answer<Membership> confirmMembership(Subject subject, String organization, CallContext context) {
        return membership(subject, organization, context);
    }

    @Override
    public Answer<Account> account(Subject subject, CallContext context) {
        checkAvailable();
        return Answer.explicit(permissions.account(subject));
    }

    @Override
    public Answer<Account> globalGrants(Subject subject, CallContext context) {
        return account(subject, context);
    }

    /**
     * Roles are names only, since scopes are granted directly. But the guard looks for direct grants outside of organizations only
     * if some global role grants scopes of the audience.
     */
    @Override
    public Map<String, RoleDefinition> definitions(DefinitionsKey key, CallContext context) {
        checkAvailable();
        Map<String, RoleDefinition> definitions = new HashMap<>();
        permissions
                .roles()
                .forEach(name ->
                        definitions.put(name, RoleDefinition.of(Map.of()).named(name)));
        if (key.equals(DefinitionsKey.GLOBAL_ROLES)) {
            definitions.put(GRANTED, RoleDefinition.of(permissions.grantedGlobally()));
        }
        return definitions;
    }

    @Override
    public Optional<RoleScopes> roleScopes(DefinitionsKey key, String role, Audience audience, CallContext context) {
        RoleDefinition definition = definitions(key, context).get(role);
        return definition == null || definition.scopes() == null
                ? Optional.empty()
                : Optional.of(new RoleScopes(definition.scopes(), true));
    }

    private void checkAvailable() {
        if (permissions.isUnavailable()) {
            // After other failures, the guard would pause, and tests would have to wait for the end of the pause.
            throw new PermissionsUnavailableException(
                    Reason.BUDGET_EXHAUSTED, "The test made the provider unavailable.");
        }
    }
}
