package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.scopeguard.spring.stream.OpenStreams;
import io.scopeguard.spring.stream.SignalStreams;
import io.scopeguard.spring.support.EventStream;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** The endpoint that streams drift, in an API whose unannotated handlers are denied. */
@Timeout(300)
class SignalStreamTests {

    private static final String PATH = "/scope-guard/signals";
    private static final Duration YEAR = Duration.ofDays(365);

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;

    private final String acme = TenantServer.newId("acme");
    private final String user = tenant.newUser();

    @BeforeAll
    static void start() {
        api = RunningApi.start(
                tenant,
                clock,
                List.of(
                        "scope-guard.signals.stream.enabled",
                        "true",
                        "scope-guard.signals.stream.max-streams",
                        "3",
                        "scope-guard.signals.stream.max-per-subject",
                        "2",
                        "scope-guard.signals.stream.keep-alive",
                        "100ms",
                        "scope-guard.permissions.max-age",
                        "2s",
                        "scope-guard.unannotated",
                        "deny",
                        "scope-guard.permissions.when-unknown",
                        "deny",
                        "scope-guard.organization.header",
                        "Organization-Id",
                        "scope-guard.clients.partner.third-party",
                        "true"),
                GuardedApi.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        tenant.close();
    }

    @AfterEach
    void endAllStreams() {
        tenant.recover();
        streams().stop();
        await().atMost(Duration.ofMinutes(3)).until(() -> streams().size() == 0);
        streams().start();
    }

    @Test
    void streamWhenDemotedThenReportsDriftAndRemedy() throws Exception {
        tenant.join(acme, user, "read:report", "delete:report");
        TestToken token = token("read:report", "delete:report");
        try (EventStream stream = open(token)) {
            assertThat(stream.response().headers().firstValue("Content-Type")).contains("text/event-stream");
            assertThat(stream.response().headers().firstValue("Cache-Control")).contains("no-store");
            assertThat(stream.next("permissions"))
                    .hasToString("{\"effective_scopes\":[\"read:report\",\"delete:report\"]}");
            tenant.join(acme, user, "read:report");

            JsonNode changed = stream.next("permissions", this::timePasses);

            assertThat(changed.path("effective_scopes")).hasToString("[\"read:report\"]");
            assertThat(changed.path("scope_drift").asString())
                    .startsWith("action=refresh, demoted=(\"delete:report\"), organization=\"" + acme + "\"")
                    .contains("token=\"" + token.fingerprint() + "\"");
        }
    }

    @Test
    void streamWhenPromotedThenReportsDriftAndRemedy() throws Exception {
        tenant.join(acme, user, "read:report");
        try (EventStream stream = open(token("read:report"))) {
            stream.next("permissions");
            tenant.join(acme, user, "read:report", "write:report");

            assertThat(stream.next("permissions", this::timePasses)
                            .path("scope_drift")
                            .asString())
                    .startsWith("action=refresh, promoted=(\"write:report\")");
        }
    }

    /** A third party must not learn the names of scopes that its token lacks, so its events contain no live permissions. */
    @Test
    void streamWhenTheClientIsAThirdPartyThenMissingScopesAreOnlyCounted() throws Exception {
        tenant.join(acme, user, "read:report");
        try (EventStream stream = open(token("read:report").with("client_id", "partner"))) {
            stream.next("permissions");
            tenant.join(acme, user, "read:report", "write:report");

            JsonNode changed = stream.next("permissions", this::timePasses);

            assertThat(changed.toString()).contains("promoted=1").doesNotContain("write:report");
        }
    }

    @Test
    void streamWhenTheUserIsSuspendedThenEnds() throws Exception {
        tenant.join(acme, user, "read:report");
        try (EventStream stream = open(token("read:report"))) {
            stream.next("permissions");
            tenant.suspend(user);

            assertThat(stream.next("end", this::timePasses)).hasToString("{\"reason\":\"suspended\"}");
        }
    }

    @Test
    void streamWhenTheMembershipIsLostThenEnds() throws Exception {
        tenant.join(acme, user, "read:report");
        try (EventStream stream = open(token("read:report"))) {
            stream.next("permissions");
            tenant.leave(acme, user);

            JsonNode end = stream.next("end", this::timePasses);

            assertThat(end.path("reason").asString()).isEqualTo("not-a-member");
            assertThat(end.path("scope_drift").asString()).startsWith("action=refresh");
        }
    }

    @Test
    void streamWhenApplicationEndsItThenRefused() throws Exception {
        tenant.join(acme, user, "read:report");
        try (EventStream stream = open(token("read:report"))) {
            stream.next("permissions");

            assertThat(api.bean(OpenStreams.class)
                            .end(token -> token.subject().id().equals(user)))
                    .isOne();

            assertThat(stream.next("end")).hasToString("{\"reason\":\"refused\"}");
        }
    }

    /** A mode that denies nothing does not accept an expired token either. */
    @Test
    void streamWhenModeOnlyReportsThenEndsWithTheTokenAndCountsAsOpen() throws Exception {
        List<String> settings = List.of(
                "scope-guard.signals.stream.enabled",
                "true",
                "scope-guard.mode",
                "signal",
                "scope-guard.streams.max-open",
                "1");
        tenant.join(acme, user, "read:report");
        TestToken token = token("read:report");
        try (RunningApi reporting = RunningApi.start(tenant, clock, settings, GuardedApi.class);
                EventStream stream = EventStream.open(reporting, PATH, token.signed())) {
            stream.next("permissions");
            assertThat(reporting.get(PATH, token).status()).isEqualTo(503);
            clock.advance(YEAR.plusMinutes(2));

            assertThat(stream.next("end")).hasToString("{\"reason\":\"expired\"}");
        }
    }

    @Test
    void streamWhenTheTokenExpiresThenEnds() throws Exception {
        tenant.join(acme, user, "read:report");
        try (EventStream stream = open(token("read:report"))) {
            stream.next("permissions");
            clock.advance(YEAR.plusMinutes(2));

            assertThat(stream.next("end")).hasToString("{\"reason\":\"expired\"}");
        }
    }

    /** While live permissions are unknown, requests are denied here, but open streams stay open. */
    @Test
    void streamWhenTheProviderIsDownThenStaysOpen() throws Exception {
        tenant.join(acme, user, "read:report", "write:report");
        try (EventStream stream = open(token("read:report", "write:report"))) {
            stream.next("permissions");
            tenant.failReads(503);
            clock.advance(Duration.ofMinutes(10));
            stream.next("");
            tenant.join(acme, user, "read:report");
            tenant.recover();

            assertThat(stream.next("permissions", () -> clock.advance(Duration.ofSeconds(5)))
                            .path("effective_scopes"))
                    .hasToString("[\"read:report\"]");
        }
    }

    @Test
    void openWhenTheSubjectHasTooManyStreamsThenTheOldestIsReplaced() throws Exception {
        tenant.join(acme, user, "read:report");
        try (EventStream first = open(token("read:report"));
                EventStream second = open(token("read:report"));
                EventStream third = open(token("read:report"))) {
            assertThat(first.next("end")).hasToString("{\"reason\":\"replaced\"}");
            second.next("permissions");
            third.next("permissions");
        }
    }

    @Test
    void openWhenTheTokenIsNewerThenStreamsForOlderTokensEnd() throws Exception {
        tenant.join(acme, user, "read:report");
        try (EventStream older = open(token("read:report"))) {
            older.next("permissions");
            clock.advance(Duration.ofSeconds(10));
            try (EventStream newer = open(token("read:report"))) {
                assertThat(older.next("end")).hasToString("{\"reason\":\"superseded\"}");
                newer.next("permissions");
            }
        }
    }

    @Test
    void openWhenTooManyStreamsAreOpenThenUnavailable() throws Exception {
        String other = tenant.newUser();
        String third = tenant.newUser();
        List.of(user, other, third).forEach(each -> tenant.join(acme, each, "read:report"));
        try (EventStream one = open(token("read:report"));
                EventStream two = open(token("read:report"));
                EventStream three = open(tokenOf(other, "read:report"))) {
            Reply refused = api.get(PATH, tokenOf(third, "read:report"));

            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).isEqualTo("10");
            one.next("permissions");
            two.next("permissions");
            three.next("permissions");
        }
    }

    @Test
    void closeWhenByTheClientThenTheStreamIsForgotten() throws Exception {
        tenant.join(acme, user, "read:report");
        EventStream stream = open(token("read:report"));
        stream.next("permissions");
        assertThat(streams().size()).isOne();

        stream.close();

        await().atMost(Duration.ofMinutes(3)).until(() -> streams().size() == 0);
        assertThat(api.bean(OpenStreams.class).count(OpenStreams.Kind.HTTP)).isZero();
    }

    @Test
    void stopThenStreamsEndAndNewOnesAreRefused() throws Exception {
        tenant.join(acme, user, "read:report");
        try (EventStream stream = open(token("read:report"))) {
            stream.next("permissions");
            streams().stop();

            assertThat(stream.next("end")).hasToString("{\"reason\":\"stopping\"}");
            assertThat(api.get(PATH, token("read:report")).status()).isEqualTo(503);
        }
    }

    @Test
    void openWhenTheRequestIsNotGrantedThenRefused() {
        tenant.join(acme, user, "read:report");
        String token = token("read:report").signed();
        tenant.suspend(user);

        assertThat(api.getAsStranger(PATH).status()).isEqualTo(401);
        assertThat(api.getAsStranger(PATH + "?access_token=" + token).status()).isEqualTo(400);
        assertThat(api.get(PATH, token, "Organization-Id", "globex").status()).isEqualTo(403);
        assertThat(api.get(PATH, token).status()).isEqualTo(401);
    }

    private static SignalStreams streams() {
        return api.bean(SignalStreams.class);
    }

    private static EventStream open(TestToken token) throws Exception {
        EventStream stream = EventStream.open(api, PATH, token.signed());
        assertThat(stream.response().statusCode()).isEqualTo(200);
        return stream;
    }

    private TestToken token(String... scopes) {
        return tokenOf(user, scopes);
    }

    /** Valid for a year: no test depends on how much time passes while it waits. */
    private TestToken tokenOf(String subject, String... scopes) {
        return tenant.organizationToken(acme, subject, scopes)
                .with("exp", clock.instant().plus(YEAR).getEpochSecond());
    }

    /** Lets a second pass. The next read is due after some calls. */
    private void timePasses() {
        clock.advance(Duration.ofSeconds(1));
    }
}
