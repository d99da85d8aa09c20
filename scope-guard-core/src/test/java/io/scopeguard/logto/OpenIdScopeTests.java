package io.scopeguard.logto;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWKSet;
import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.ScopeGuard;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.TokenReader;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.FakeLogto;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Permissions with names that have another meaning in {@code scope}: Logto allows them, and no token shows them. */
class OpenIdScopeTests {

    private static final Audience API = TestTokens.API;

    private final MovableClock clock = MovableClock.atNoon();
    private final TestTokens tokens = new TestTokens(clock);
    private final FakeLogto tenant = new FakeLogto()
            .publish(new JWKSet(tokens.key()).toString(true))
            .resource(API.value(), "read", "email")
            .organizationRole("member", "read", "profile")
            .organizationRoleResource("member", API.value(), "read", "email")
            .globalRole("staff", "User")
            .globalRoleScopes("staff", API.value(), "read", "email")
            .member("acme", "alice", "member")
            .assign("staff", "alice");
    private final Logto logto = tenant.logto(clock).resources(List.of(API)).build();
    private final ScopeGuard guard =
            ScopeGuard.builder(logto).resources(List.of(API)).build();

    @AfterEach
    void close() {
        guard.close();
        tenant.close();
        tokens.close();
    }

    /** Otherwise the client would be asked to refresh, and then for consent, for every new token. */
    @Test
    void authorizeWhenSuchAPermissionIsRequiredThenDeniedWithoutRemedy() {
        for (int i = 0; i < 3; i++) {
            assertNoRemedy(decide(token(tokens.organization("acme")), "acme", Audience.ORGANIZATION, "profile"));
            assertNoRemedy(decide(token(tokens.organizationResource("acme")), "acme", API, "email"));
            assertNoRemedy(decide(token(tokens.resource()), null, API, "email"));
            clock.advance(Duration.ofMinutes(1));
        }
    }

    private static void assertNoRemedy(Decision decision) {
        assertThat(decision.denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(decision.grantable()).isEqualTo(Scopes.none());
        assertThat(decision.advice().remedy()).isEqualTo(Remedy.NONE);
    }

    @Test
    void authorizeWhenAllScopesAreWatchedThenSuchPermissionsAreNoDrift() {
        for (Decision decision : List.of(
                decide(token(tokens.organization("acme")), "acme", Audience.ORGANIZATION, "read"),
                decide(token(tokens.organizationResource("acme")), "acme", API, "read"),
                decide(token(tokens.resource()), null, API, "read"))) {
            assertThat(decision.isGranted()).isTrue();
            assertThat(decision.live()).isNotNull();
            assertThat(decision.drift().isEmpty()).isTrue();
        }
        assertThat(logto.catalogue().scopesOf(API)).isEqualTo(Scopes.of("read"));
        assertThat(logto.catalogue().scopesOf(Audience.ORGANIZATION)).isEqualTo(Scopes.of("read"));
    }

    /** A name that the catalogue leaves out must not make every read look for it there. */
    @Test
    void definitionsWhenReadAgainThenTheCatalogueIsNot() {
        PermissionSource source = logto.permissions();
        source.definitions(DefinitionsKey.ORGANIZATION_ROLES, CallContext.FOREGROUND);
        assertThat(tenant.requests()).anyMatch(request -> request.contains("/organization-scopes"));

        source.definitions(DefinitionsKey.ORGANIZATION_ROLES, CallContext.FOREGROUND);

        assertThat(tenant.requests()).isNotEmpty().noneMatch(request -> request.contains("/organization-scopes"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"openid", "profile", "email", "address", "phone", "offline_access", "urn:logto:scope:roles"})
    void canShowWhenTheNameHasAnotherMeaningThenFalse(String name) {
        TokenReader reader = logto.tokenReader(List.of(API));

        assertThat(reader.canShow(name)).isFalse();
        assertThat(reader.canShow("read:" + name)).isTrue();
    }

    private AccessToken token(TestTokens.Token token) {
        return guard.verify(token.with("iss", tenant.tenant().issuer())
                .issuedAt(clock.instant().minus(Duration.ofMinutes(10)))
                .scopes("openid", "read", "profile", "email")
                .compact());
    }

    private Decision decide(AccessToken token, @Nullable String organization, Audience audience, String scope) {
        RequestedOrganization requested =
                organization == null ? RequestedOrganization.NONE : RequestedOrganization.named(organization);
        return guard.authorize(token, new AccessRequest(requested, ScopeRequirement.allOf(audience, Scopes.of(scope))));
    }
}
