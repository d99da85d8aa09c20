package io.scopeguard.logto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.JWKSet;
import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.ScopeGuard;
import io.scopeguard.organization.OrganizationProviders;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.InvalidTokenException.Reason;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.signal.ProblemResponses;
import io.scopeguard.testing.FakeLogto;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two tenants behind one guard. Users, organizations and keys of the two tenants are different even if they have the same ids. */
class SeveralProvidersTests {

    private static final Audience API = TestTokens.API;

    private final MovableClock clock = MovableClock.atNoon();
    private final TestTokens tokens = new TestTokens(clock);
    private final TestTokens others = new TestTokens(clock);
    private final FakeLogto ours = tenant(tokens);
    private final FakeLogto theirs = tenant(others);
    private final Logto first = ours.logto(clock).name("first").build();
    private final Logto second = theirs.logto(clock).name("second").build();

    private static FakeLogto tenant(TestTokens tokens) {
        return new FakeLogto()
                .publish(new JWKSet(tokens.key()).toString(true))
                .organizationRole("reader", "read")
                .organizationRole("admin", "read", "delete");
    }

    @AfterEach
    void close() {
        ours.close();
        theirs.close();
        tokens.close();
        others.close();
    }

    private ScopeGuard guard(OrganizationProviders rule) {
        return ScopeGuard.join(List.of(guard(first), guard(second)), rule);
    }

    private static ScopeGuard guard(Logto logto) {
        return ScopeGuard.builder(logto).resources(List.of(API)).build();
    }

    private static OrganizationProviders rule(Map<String, String> providers, @Nullable String global) {
        return new OrganizationProviders() {
            @Override
            public @Nullable String providerOf(String organization) {
                return providers.get(organization);
            }

            @Override
            public @Nullable String globalProvider() {
                return global;
            }
        };
    }

    private String token(FakeLogto tenant, TestTokens.Token token) {
        return token.with("iss", tenant.tenant().issuer())
                .issuedAt(clock.instant().minus(Duration.ofMinutes(10)))
                .compact();
    }

    @Test
    void prefetchKeysThenTheKeysOfAllProvidersAreFetched() {
        Set<String> fetched = ConcurrentHashMap.newKeySet();
        try (FakeLogto one = counting("one", fetched);
                FakeLogto two = counting("two", fetched);
                ScopeGuard guard = ScopeGuard.join(
                        List.of(
                                guard(one.logto(clock).name("one").build()),
                                guard(two.logto(clock).name("two").build())),
                        rule(Map.of(), null))) {
            guard.prefetchKeys();

            await().untilAsserted(() -> assertThat(fetched).containsExactlyInAnyOrder("one", "two"));
        }
    }

    private FakeLogto counting(String name, Set<String> fetched) {
        FakeLogto tenant = new FakeLogto(path -> {
            if (path.endsWith("/jwks")) {
                fetched.add(name);
            }
            return FakeLogto.PASS;
        });
        return tenant.publish(new JWKSet(tokens.key()).toString(true));
    }

    @ParameterizedTest
    @CsvSource({
        "acme, first, ",
        "acme, second, ORGANIZATION_MISMATCH",
        "globex, second, ",
        "globex, first, ORGANIZATION_MISMATCH",
        "initech, first, ORGANIZATION_MISMATCH",
        "initech, second, ORGANIZATION_MISMATCH"
    })
    void authorizeWhenTheOrganizationIsAnothersThenItsTokensAreRefused(
            String organization, String provider, @Nullable Denial expected) {
        ours.member(organization, "alice", "admin");
        theirs.member(organization, "alice", "admin");
        try (ScopeGuard guard = guard(rule(Map.of("acme", "first", "globex", "second"), null))) {
            AccessToken token = guard.verify(token(provider, organization));

            for (RequestedOrganization requested :
                    List.of(RequestedOrganization.named(organization), RequestedOrganization.OF_TOKEN)) {
                Decision decision = guard.authorize(token, delete(requested));

                assertThat(decision.denial()).isEqualTo(expected);
                if (expected != null) {
                    assertThat(new ProblemResponses(null).of(decision).problem().detail())
                            .isEqualTo("The organization does not belong to the token's issuer.");
                }
            }
            // No operation accepts it, not even one without requirements.
            assertThat(guard.inspect(token).denial()).isEqualTo(expected);
            assertThat(guard.authorize(token, new AccessRequest(RequestedOrganization.NONE, null))
                            .denial())
                    .isEqualTo(expected);
        }
    }

    private String token(String provider, String organization) {
        return provider.equals("first")
                ? token(ours, tokens.organization(organization).scopes("read", "delete"))
                : token(theirs, others.organization(organization).scopes("read", "delete"));
    }

    @Test
    void authorizeWhenUsersHaveTheSameIdThenEachHasTheRightsOfItsOwnProvider() {
        ours.member("acme", "alice", "admin");
        theirs.member("globex", "alice", "reader");
        try (ScopeGuard guard = guard(rule(Map.of("acme", "first", "globex", "second"), null))) {
            AccessToken admin = guard.verify(token("first", "acme"));
            AccessToken reader = guard.verify(token("second", "globex"));

            assertThat(guard.authorize(admin, delete(RequestedOrganization.named("acme")))
                            .isGranted())
                    .isTrue();
            assertThat(guard.authorize(reader, delete(RequestedOrganization.named("globex")))
                            .denial())
                    .isEqualTo(Denial.INSUFFICIENT_SCOPE);

            // Each provider receives requests about its own users only.
            assertThat(ours.requests()).isNotEmpty().noneMatch(path -> path.contains("globex"));
            assertThat(theirs.requests()).isNotEmpty().noneMatch(path -> path.contains("acme"));
        }
    }

    @ParameterizedTest
    @CsvSource({"first, true, false", "second, false, true", ", false, false"})
    void authorizeOutsideOfOrganizationsThenTheTokensOfOneProviderCount(
            @Nullable String global, boolean isFirst, boolean isSecond) {
        try (ScopeGuard guard = guard(rule(Map.of(), global))) {
            AccessToken one = guard.verify(token(ours, tokens.resource().scopes("audit")));
            AccessToken other = guard.verify(token(theirs, others.resource().scopes("audit")));
            AccessRequest audit =
                    new AccessRequest(RequestedOrganization.NONE, ScopeRequirement.allOf(API, Scopes.of("audit")));

            assertThat(guard.authorize(one, audit).denial() != Denial.ORGANIZATION_MISMATCH)
                    .isEqualTo(isFirst);
            assertThat(guard.authorize(other, audit).denial() != Denial.ORGANIZATION_MISMATCH)
                    .isEqualTo(isSecond);
            if (!isSecond) {
                assertThat(new ProblemResponses(null)
                                .of(guard.authorize(other, audit))
                                .problem()
                                .detail())
                        .isEqualTo("Outside of organizations, this API takes tokens of another issuer.");
            }
        }
    }

    @Test
    void verifyThenTheIssuerChoosesTheKeys() {
        try (ScopeGuard guard = guard(rule(Map.of(), null))) {
            // The key ids are the same, but a key of one provider is not valid for the other.
            assertRefused(guard, token(theirs, tokens.organization("acme")), Reason.WRONG_SIGNATURE);
            assertRefused(guard, token(ours, others.organization("acme")), Reason.WRONG_SIGNATURE);
            assertRefused(
                    guard,
                    tokens.organization("acme")
                            .with("iss", "https://elsewhere.test/oidc")
                            .compact(),
                    Reason.WRONG_ISSUER);
            assertRefused(guard, "opaque", Reason.OPAQUE);
            String good = token(theirs, others.organization("acme"));
            assertThat(guard.verify(good)).isSameAs(guard.verify(good));
        }
    }

    private static void assertRefused(ScopeGuard guard, String token, Reason reason) {
        assertThatExceptionOfType(InvalidTokenException.class)
                .isThrownBy(() -> guard.verify(token))
                .extracting(InvalidTokenException::reason)
                .isEqualTo(reason);
    }

    @Test
    void joinWhenProvidersCannotBeToldApartThenRefused() {
        Logto twin = ours.logto(clock).name("twin").build();
        Logto namesake = theirs.logto(clock).name("first").build();
        OrganizationProviders rule = rule(Map.of(), null);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScopeGuard.join(List.of(guard(first), guard(twin)), rule))
                .withMessage("two providers accept the issuer " + ours.tenant().issuer());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScopeGuard.join(List.of(guard(first), guard(namesake)), rule))
                .withMessage("two providers are named first");
    }

    private static AccessRequest delete(RequestedOrganization organization) {
        return new AccessRequest(organization, ScopeRequirement.allOf(Audience.ORGANIZATION, Scopes.of("delete")));
    }
}
