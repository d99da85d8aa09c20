package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The provider is down, partly down, or misconfigured: never a 500, no user locked out, and recovery when the provider recovers.
 */
class ProviderTroubleTests {

    private static final String KEYS_UNAVAILABLE = """
            503
            Retry-After: 2
            Content-Type: application/problem+json;charset=UTF-8
            Cache-Control: no-cache, no-store, max-age=0, must-revalidate

            {"type":"urn:problem-type:scope-guard:keys-unavailable","title":"Signing keys unavailable","status":503,\
            "detail":"The token cannot be verified at the moment. Try again later.","action":"none"}""";

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;
    private static RunningApi strict;

    private final String acme = TenantServer.newId("acme");
    private final String reports = "/organizations/" + acme + "/reports";
    private final String user = tenant.newUser();

    @BeforeAll
    static void start() {
        api = RunningApi.start(tenant, clock, List.of(), GuardedApi.class);
        strict = RunningApi.start(
                tenant, clock, List.of("scope-guard.permissions.when-unknown", "deny"), GuardedApi.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        strict.close();
        tenant.close();
    }

    @BeforeEach
    void older() {
        clock.advance(Duration.ofMinutes(10));
        tenant.join(acme, user, "read:report");
    }

    @AfterEach
    void well() {
        tenant.recover();
        tenant.publish(tenant.key());
    }

    private TestToken token() {
        return tenant.organizationToken(acme, user, "read:report");
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 404, -1})
    void getWhenNoKeysCanBeFetchedThenKeysUnavailable(int trouble) {
        tenant.failKeys(trouble);
        try (RunningApi cold = RunningApi.start(tenant, clock, List.of(), GuardedApi.class)) {
            assertThat(cold.get(reports, token())).hasToString(KEYS_UNAVAILABLE);
            assertThat(cold.get(reports, token())).hasToString(KEYS_UNAVAILABLE);
            // Requests without a token, or with an invalid one, get the usual responses.
            assertThat(cold.getAsStranger(reports).status()).isEqualTo(401);
            assertThat(cold.get(reports, "opaque").status()).isEqualTo(401);
            assertThat(cold.getAsStranger("/public").status()).isEqualTo(200);
        }
    }

    /** The keys are fetched at the first request and at most once more; then there is no request until the next fetch is due. */
    @Test
    void getWhenManyKeysAreUnknownThenKeysAreFetchedAtMostTwice() {
        try (RunningApi cold = RunningApi.start(tenant, clock, List.of(), GuardedApi.class)) {
            assertThat(cold.get(reports, token()).status()).isEqualTo(200);
            int before = jwksCalls();
            boolean unavailable = false;
            for (int i = 0; i < 20; i++) {
                Reply reply = cold.get(reports, token().withKey(TenantServer.newKey("unknown-" + i)));
                assertThat(reply.status()).isIn(401, 503);
                unavailable |= reply.status() == 503;
            }
            assertThat(jwksCalls() - before).isLessThanOrEqualTo(2);
            assertThat(unavailable).isTrue();
            assertThat(cold.get(reports, token()).status()).isEqualTo(200);
        }
    }

    @Test
    void getWhenTheKeyWasRotatedThenTheNewOneIsFound() {
        try (RunningApi cold = RunningApi.start(tenant, clock, List.of(), GuardedApi.class)) {
            assertThat(cold.get(reports, token()).status()).isEqualTo(200);
            var next = TenantServer.newKey("next");
            tenant.publish(next, tenant.key());
            assertThat(cold.get(reports, token().withKey(next)).status()).isEqualTo(200);
            assertThat(cold.get(reports, token()).status()).isEqualTo(200);
        }
    }

    @Test
    void getWhenKeysAreKnownAndTheirEndpointFailsThenOk() {
        assertThat(api.get(reports, token()).status()).isEqualTo(200);
        tenant.failKeys(500);
        assertThat(api.get(reports, token()).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 429, 500, 503, -1})
    void getWhenTheManagementApiFailsThenThePolicyDecides(int trouble) {
        tenant.failReads(trouble);
        assertThat(api.get(reports, token()).status()).isEqualTo(200);
        assertThat(api.get(reports, tenant.organizationToken(acme, user)).status())
                .isEqualTo(403);
        Reply refused = strict.get(reports, token());
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("Retry-After")).isEqualTo("5");
        assertThat(refused.body()).contains("permissions-unavailable");
        // The token lacks the scope, which live permissions cannot change.
        assertThat(strict.get(reports, tenant.organizationToken(acme, user)).status())
                .isEqualTo(403);
    }

    @Test
    void getWhenTheManagementApiRecoversThenOk() {
        tenant.failReads(500);
        assertThat(strict.get(reports, token()).status()).isEqualTo(503);
        tenant.recover();
        clock.advance(Duration.ofSeconds(2));
        assertThat(strict.get(reports, token()).status()).isEqualTo(200);
    }

    @Test
    void getWhenTheProviderIsDownThenFactsLastUntilMaxStale() {
        TestToken token = token();
        assertThat(strict.get(reports, token).status()).isEqualTo(200);
        tenant.failReads(500);
        clock.advance(Duration.ofMinutes(5));
        assertThat(strict.get(reports, token).status()).isEqualTo(200);
        clock.advance(Duration.ofMillis(1));
        assertThat(strict.get(reports, token).status()).isEqualTo(503);
    }

    private static int jwksCalls() {
        return (int) tenant.calls().stream().filter("/oidc/jwks"::equals).count();
    }
}
