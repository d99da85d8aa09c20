package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Hints on granted responses, and the effect of live permissions in each mode. */
class GrantedSignalsTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi enforcing;
    private static RunningApi signalling;
    private static RunningApi observing;

    private final String acme = TenantServer.newId("acme");
    private final String reports = "/organizations/" + acme + "/reports";

    @BeforeAll
    static void start() {
        enforcing = RunningApi.start(tenant, clock, List.of("scope-guard.drift.spread", "10s"), GuardedApi.class);
        signalling = RunningApi.start(
                tenant,
                clock,
                List.of(
                        "scope-guard.mode",
                        "signal",
                        "scope-guard.clients.kiosk.watch",
                        "write:report",
                        "scope-guard.clients.cron.non-interactive",
                        "true",
                        "scope-guard.clients[https://partner.example.test].third-party",
                        "true"),
                GuardedApi.class);
        observing = RunningApi.start(tenant, clock, List.of("scope-guard.mode", "observe"), GuardedApi.class);
    }

    @AfterAll
    static void stop() {
        enforcing.close();
        signalling.close();
        observing.close();
        tenant.close();
    }

    @BeforeEach
    void older() {
        clock.advance(Duration.ofMinutes(1));
    }

    /** A young token carries the scopes that it was issued with, so at the first request there is no hint about missing scopes. */
    @Test
    void getWhenYoungTokenLacksAScopeAtTheFirstRequestThenNoHint() {
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report", "write:report");
        TestToken token = tenant.organizationToken(acme, user, "read:report");
        assertThat(signalling.get(reports, token).has("Scope-Drift")).isFalse();
    }

    @Test
    void getWhenNothingDriftedThenNoHint() {
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report");
        Reply reply = enforcing.get(
                reports,
                tenant.organizationToken(acme, user, "read:report", "openid", "urn:logto:scope:organizations"),
                "Origin",
                "https://app.example.test");
        assertThat(reply).hasToString("""
                200
                Content-Type: text/plain;charset=UTF-8
                Cache-Control: no-cache, no-store, max-age=0, must-revalidate
                Access-Control-Expose-Headers: Scope-Drift, WWW-Authenticate, Retry-After

                ok""");
    }

    @Test
    void getWhenAnUnneededScopeIsDemotedThenGrantedWithHint() {
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report");
        TestToken token = tenant.organizationToken(acme, user, "read:report", "delete:report");
        assertThat(signalling.get(reports, token)).hasToString(ok("refresh", "demoted=(\"delete:report\")", token));
    }

    @Test
    void getWhenScopesArePromotedThenRefresh() {
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report", "invite:member", "write:report");
        TestToken token = tenant.organizationToken(acme, user, "read:report");
        older();
        String seen = signalling.get(reports, token).header("Scope-Drift");
        assertThat(seen)
                .isIn(
                        drift("refresh", "promoted=(\"invite:member\" \"write:report\")", token),
                        drift("refresh", "promoted=(\"write:report\" \"invite:member\")", token));
    }

    /** No handler declares it, so its absence is not reported. */
    @Test
    void getWhenAMissingScopeIsNotWatchedThenNoHint() {
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report", "audit:report");
        assertThat(signalling
                        .get(reports, tenant.organizationToken(acme, user, "read:report"))
                        .has("Scope-Drift"))
                .isFalse();
    }

    @Test
    void getWhenNewAndDemotedThenStrongerRemedy() {
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report", "delete:report");
        TestToken token = tenant.organizationToken(acme, user, "read:report", "delete:report");
        assertThat(signalling.get(reports, token).has("Scope-Drift")).isFalse();
        clock.advance(Duration.ofSeconds(31));
        tenant.join(acme, user, "read:report", "export:report");
        assertThat(signalling.get(reports, token))
                .hasToString(ok("reconsent", "demoted=(\"delete:report\"), new=(\"export:report\")", token));
    }

    @Test
    void getWhenResourceTokenThenHintNamesTheResource() {
        String user = tenant.newUser();
        tenant.join(acme, user, "read:document");
        TestToken token = tenant.organizationResourceToken(acme, user, "read:document");
        older();
        signalling.get("/organizations/" + acme + "/documents", token);
        tenant.join(acme, user, "read:document", "write:document");
        clock.advance(Duration.ofSeconds(31));
        assertThat(signalling
                        .get("/organizations/" + acme + "/documents", token)
                        .header("Scope-Drift"))
                .isEqualTo("action=refresh, promoted=(\"write:document\"), organization=\"%s\",".formatted(acme)
                        + " resource=\"https://api.example.test\", token=\"%s\", as-of=%d, after=2"
                                .formatted(token.fingerprint(), clock.instant().getEpochSecond()));
    }

    @Test
    void getWhenApplicationThenHintsOnlyAboutDemotions() {
        String agent = tenant.newApplication();
        tenant.join(acme, agent, "read:report", "write:report");
        assertThat(signalling
                        .get(reports, tenant.organizationToken(acme, agent, "read:report"))
                        .has("Scope-Drift"))
                .isFalse();
        TestToken demoted = tenant.organizationToken(acme, agent, "read:report", "delete:report");
        assertThat(signalling.get(reports, demoted).header("Scope-Drift"))
                .isEqualTo(drift("refresh", "demoted=(\"delete:report\")", demoted));
    }

    /** An observed promotion that a refresh did not deliver needs consent, which the client is asked for once. */
    @Test
    void getWhenARefreshDidNotDeliverThenReconsent() {
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report");
        TestToken first = tenant.organizationToken(acme, user, "read:report");
        assertThat(signalling.get(reports, first).has("Scope-Drift")).isFalse();
        clock.advance(Duration.ofSeconds(31));
        tenant.join(acme, user, "read:report", "write:report");
        assertThat(signalling.get(reports, first)).hasToString(ok("refresh", "promoted=(\"write:report\")", first));

        clock.advance(Duration.ofSeconds(2));
        TestToken second = tenant.organizationToken(acme, user, "read:report");
        // A grant does not wait for the read that is newer than the token, and has no hint until then.
        String expected = ok("reconsent", "promoted=(\"write:report\")", second).replace("after=2", "after=1");
        await().atMost(Duration.ofMinutes(3))
                .until(() -> signalling.get(reports, second).toString(), expected::equals);
        clock.advance(Duration.ofSeconds(60));
        assertThat(signalling.get(reports, second).has("Scope-Drift")).isFalse();
        assertThat(signalling
                        .get(reports, tenant.organizationToken(acme, user, "read:report"))
                        .has("Scope-Drift"))
                .isFalse();
    }

    @Test
    void getWhenClientHasItsOwnWatchedScopesThenHintNamesOnlyThem() {
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report", "invite:member", "write:report");
        TestToken token = tenant.organizationToken(acme, user, "read:report").with("client_id", "kiosk");
        older();
        assertThat(signalling.get(reports, token)).hasToString(ok("refresh", "promoted=(\"write:report\")", token));
    }

    @Test
    void getWhenClientIsNonInteractiveThenNotAskedForConsent() {
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report", "write:report");
        TestToken token = tenant.organizationToken(acme, user, "read:report").with("client_id", "cron");
        assertThat(signalling.get(reports, token).has("Scope-Drift")).isFalse();
    }

    /**
     * A third-party client does not receive the names of scopes that the user has not granted to it, only of those that it
     * requested.
     */
    @Test
    void getWhenClientIsOfAThirdPartyThenHintContainsCounts() {
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report", "invite:member", "write:report");
        TestToken token = tenant.organizationToken(acme, user, "read:report", "delete:report")
                .with("client_id", "https://partner.example.test");
        older();
        assertThat(signalling.get(reports, token))
                .hasToString(ok("refresh", "demoted=(\"delete:report\"), promoted=2", token));
        Reply refused = signalling.get("/organizations/" + acme + "/either", token);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.header("Scope-Drift")).contains("promoted=2,").doesNotContain("write", "invite");
        assertThat(refused.header("WWW-Authenticate")).contains("scope=\"write:report invite:member\"");
    }

    /** Parallel responses to one token contain the same waiting time. */
    @Test
    void getWhenTheSameTokenThenTheSameWaitingTime() {
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report");
        TestToken token = tenant.organizationToken(acme, user, "read:report", "delete:report");
        String first = enforcing.get(reports, token).header("Scope-Drift");
        assertThat(first).containsPattern(", after=([1-9]|1[0-3])$");
        assertThat(enforcing.get(reports, token).header("Scope-Drift")).isEqualTo(first);
    }

    /** Beyond 1 KiB, counts replace names. */
    @Test
    void getWhenHintIsTooLongThenCountsReplaceNames() {
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report");
        String[] many = new String[61];
        for (int i = 0; i < 60; i++) {
            many[i] = "some:long:and:windy:scope:" + i;
        }
        many[60] = "read:report";
        TestToken token = tenant.organizationToken(acme, user, many);
        assertThat(signalling.get(reports, token).header("Scope-Drift"))
                .isEqualTo(drift("refresh", "demoted=60", token));
    }

    @Test
    void getWhenSignalModeThenTheTokenDecides() {
        String user = tenant.newUser();
        tenant.join(acme, user);
        TestToken token = tenant.organizationToken(acme, user, "read:report");
        assertThat(enforcing.get(reports, token).status()).isEqualTo(403);
        assertThat(signalling.get(reports, token)).hasToString(ok("refresh", "demoted=(\"read:report\")", token));
    }

    @Test
    void getWhenObserveModeThenNoHint() {
        String user = tenant.newUser();
        tenant.join(acme, user, "invite:member");
        TestToken token = tenant.organizationToken(acme, user, "read:report");
        assertThat(observing.get(reports, token)).hasToString("""
                200
                Content-Type: text/plain;charset=UTF-8
                Cache-Control: no-cache, no-store, max-age=0, must-revalidate

                ok""");
    }

    @Test
    void getWhenSignalOrObserveModeThenLivePermissionsDenyNobody() {
        String suspended = tenant.newUser();
        tenant.join(acme, suspended, "read:report");
        tenant.suspend(suspended);
        String stranger = tenant.newUser();
        for (RunningApi api : List.of(signalling, observing)) {
            for (String user : List.of(suspended, stranger, "nobody")) {
                assertThat(api.get(reports, tenant.organizationToken(acme, user, "read:report"))
                                .status())
                        .isEqualTo(200);
            }
        }
    }

    /**
     * A request that the token itself does not permit is denied in every mode. In observe mode, the response contains nothing else.
     */
    @Test
    void getWhenTheTokenLacksAScopeThenDeniedInEveryMode() {
        Map.of(signalling, "\"action\":\"refresh\"", observing, "\"action\":\"none\"")
                .forEach((api, action) -> {
                    String user = tenant.newUser();
                    tenant.join(acme, user, "read:report");
                    Reply reply = api.get(reports, tenant.organizationToken(acme, user));
                    assertThat(reply.status()).isEqualTo(403);
                    assertThat(reply.body()).contains(action);
                    assertThat(reply.has("Scope-Drift")).isEqualTo(api == signalling);
                });
    }

    private String ok(String action, String change, TestToken token) {
        return """
                200
                Content-Type: text/plain;charset=UTF-8
                Scope-Drift: %s
                Cache-Control: no-store

                ok""".formatted(drift(action, change, token));
    }

    private String drift(String action, String change, TestToken token) {
        return "action=%s, %s, organization=\"%s\", token=\"%s\", as-of=%d, after=2"
                .formatted(
                        action,
                        change,
                        acme,
                        token.fingerprint(),
                        clock.instant().getEpochSecond());
    }
}
