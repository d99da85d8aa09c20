package io.scopeguard.logto;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static io.scopeguard.testing.Recorded.ACME;
import static io.scopeguard.testing.Recorded.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.Mode;
import io.scopeguard.ScopeGuard;
import io.scopeguard.ScopeGuardSettings;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every way in which a provider can fail, and the result for requests: with unknown, stale and expired permissions, under both
 * policies. The result is written as a table.
 */
class ProviderFaultTests {

    private static final Path TABLE = Path.of("target", "provider-faults.md");

    private static final Duration SHORT_WAIT = Duration.ofMillis(300);

    /** Longer than any wait, and than {@link #SLACK}. */
    private static final Duration SLOW = Duration.ofMinutes(5);

    /** Tolerance for a busy machine: a wait has to be limited, but the exact limit is irrelevant. */
    private static final Duration SLACK = Loopback.PATIENCE;

    private static final ScopeRequirement REQUIREMENT =
            ScopeRequirement.allOf(Audience.ORGANIZATION, Scopes.of("read:report"));

    private static final RecordedTenant shared = new RecordedTenant();
    private static final MovableClock clock = MovableClock.atNoon();
    private static final TestTokens tokens = new TestTokens(clock);
    private static final List<String> rows = new ArrayList<>();

    @AfterAll
    static void writeTable() throws IOException {
        shared.close();
        tokens.close();
        List<String> table = new ArrayList<>(List.of(
                "| fault | metric | nothing known: trust-token | deny | due: trust-token | deny"
                        + " | too old: trust-token | deny | longest wait (bound) |",
                "|---|---|---|---|---|---|---|---|---|"));
        table.addAll(rows);
        Files.createDirectories(TABLE.getParent());
        Files.write(TABLE, table);
        table.forEach(System.out::println);
    }

    static Stream<Case> troubles() {
        return Stream.of(
                new Case("connection refused", "unreachable", RecordedTenant::close),
                answering("connection reset", "unreachable", aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)),
                answering("empty response", "unreachable", aResponse().withFault(Fault.EMPTY_RESPONSE)),
                answering("malformed chunk", "unreachable", aResponse().withFault(Fault.MALFORMED_RESPONSE_CHUNK)),
                answering("garbage", "unreachable", aResponse().withFault(Fault.RANDOM_DATA_THEN_CLOSE)),
                answering("no answer in time", "timeout", okJson("[]").withFixedDelay((int) SLOW.toMillis())),
                answering("an answer that never ends", "timeout", okJson("[ ]").withChunkedDribbleDelay(3, (int)
                        SLOW.toMillis())),
                answering("redirect", "malformed", aResponse().withStatus(302).withHeader("Location", "/elsewhere")),
                answering("401", "refused", aResponse().withStatus(401)),
                answering("403", "refused", aResponse().withStatus(403)),
                answering(
                        "404 in plain text",
                        "malformed",
                        aResponse().withStatus(404).withBody("Not Found")),
                answering(
                        "422 of another code",
                        "malformed",
                        okJson("{\"code\":\"guard.invalid_input\"}").withStatus(422)),
                answering("429", "rate_limited", aResponse().withStatus(429)),
                answering(
                        "429 with Retry-After",
                        "rate_limited",
                        aResponse().withStatus(429).withHeader("Retry-After", "7")),
                answering("500", "server_error", aResponse().withStatus(500)),
                answering("503", "server_error", aResponse().withStatus(503)),
                answering("huge", "malformed", okJson("[" + " ".repeat(8 * 1024 * 1024) + "]")),
                answering("not JSON", "malformed", okJson("<html>")),
                answering("truncated JSON", "malformed", okJson("[{\"id\":\"" + ALICE + "\",\"isSusp")),
                answering("another shape", "malformed", okJson("{\"data\":[]}")));
    }

    @ParameterizedTest
    @MethodSource("troubles")
    void authorizeWhenTheProviderFailsThenLastKnownPermissionsOrThePolicyDecideInTime(Case trouble)
            throws InterruptedException {
        Row row = row(trouble);

        assertThat(row.decisions)
                .containsExactly(
                        "granted by the token",
                        "503",
                        "granted by the last known",
                        "granted by the last known",
                        "granted by the token",
                        "503");
        assertThat(row.outcomes).containsExactly(trouble.outcome);
        assertThat(row.longest).isLessThan(row.bound.plus(SLACK));
    }

    static Stream<Case> lies() {
        ResponseDefinitionBuilder empty = RecordedTenant.page("[]", 0);
        return Stream.of(new Case("200 [] where there is a member", "ok", tenant -> tenant.found(ACME, ALICE, empty)));
    }

    @ParameterizedTest
    @MethodSource("lies")
    void getWhenAnAnswerIsWronglyEmptyThenNoRightIsLost(Case lie) throws InterruptedException {
        Row row = row(lie);

        assertThat(row.decisions).hasSize(6).containsOnly("granted by the last known");
        assertThat(row.outcomes).containsExactly(lie.outcome);
        assertThat(row.longest).isLessThan(row.bound.plus(SLACK));
    }

    private static Case answering(String name, String outcome, ResponseDefinitionBuilder answer) {
        return new Case(
                name,
                outcome,
                tenant -> tenant.server()
                        .stubFor(any(urlPathMatching("/api/.*")).atPriority(1).willReturn(answer)));
    }

    /** The result for a guard without facts, and for a guard that read before the fault began. */
    private static Row row(Case fault) throws InterruptedException {
        clock.set(MovableClock.NOON);
        try (RecordedTenant own = new RecordedTenant();
                Guards strangers = new Guards(own, fault);
                Guards acquainted = new Guards(own, fault)) {
            own.reset();
            acquainted.learn();
            fault.begin.accept(own);
            strangers.decide();
            clock.advanceSeconds(31);
            acquainted.decide();
            clock.advanceSeconds(300);
            acquainted.decide();
            acquainted.hear(fault.outcome);
            Row row = Row.of(fault, strangers, acquainted);
            rows.add(row.toString());
            return row;
        }
    }

    /**
     * One fault.
     *
     * @param outcome the outcome in metrics
     */
    record Case(String name, String outcome, Consumer<RecordedTenant> begin) {

        Duration bound() {
            return outcome.equals("timeout") ? SHORT_WAIT : Loopback.PATIENCE;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private record Row(Case fault, Set<String> outcomes, List<String> decisions, Duration longest, Duration bound) {

        static Row of(Case fault, Guards strangers, Guards acquainted) {
            Set<String> outcomes = new TreeSet<>(acquainted.outcomes);
            List<String> decisions = new ArrayList<>(strangers.decisions);
            decisions.addAll(acquainted.decisions);
            Duration longest =
                    strangers.longest.compareTo(acquainted.longest) > 0 ? strangers.longest : acquainted.longest;
            return new Row(fault, outcomes, decisions, longest, fault.bound());
        }

        @Override
        public String toString() {
            return "| %s | %s | %s | %d ms (%d ms) |"
                    .formatted(
                            fault,
                            String.join(", ", outcomes),
                            String.join(" | ", decisions),
                            longest.toMillis(),
                            bound.toMillis());
        }
    }

    /** A guard for each policy, with a common cache. */
    private static final class Guards implements AutoCloseable {

        private static final int TRIES = 100;
        private static final long HEARING_TAKES_AT_MOST = Loopback.PATIENCE.toNanos();

        private final Set<String> outcomes = new ConcurrentSkipListSet<>();
        private final List<String> decisions = new ArrayList<>();
        private final AccessToken token =
                tokens.organization(ACME).subject(ALICE).scopes("read:report").verified();
        private final SteadyClock steady = clock.steady();
        private final Logto logto;
        private final PermissionCache cache;
        private final ScopeGuard trusting;
        private final ScopeGuard denying;
        private Duration longest = Duration.ZERO;

        Guards(RecordedTenant tenant, Case fault) {
            logto = tenant.logto(clock)
                    .steadyClock(steady)
                    .timeout(fault.bound())
                    .listener(this::heard)
                    .build();
            cache = new PermissionCache(
                    "Test",
                    logto.permissions(),
                    steady,
                    new CacheSettings(
                            Duration.ofSeconds(30), Duration.ofMinutes(5), fault.bound(), 1_000, Duration.ofHours(1)),
                    FactExchange.NONE);
            trusting = guard(WhenUnknown.TRUST_TOKEN);
            denying = guard(WhenUnknown.DENY);
        }

        /** Reads without a fault. On a busy machine, even this may take too long; then the read is repeated a little later. */
        void learn() {
            for (int tries = 1; authorize(trusting).live() == null; tries++) {
                assertThat(tries).isLessThan(TRIES);
                clock.advanceSeconds(2);
            }
            outcomes.clear();
        }

        void decide() {
            for (ScopeGuard guard : List.of(trusting, denying)) {
                long start = System.nanoTime();
                decisions.add(described(authorize(guard)));
                Duration took = Duration.ofNanos(System.nanoTime() - start);
                longest = took.compareTo(longest) > 0 ? took : longest;
            }
        }

        /** A call may end after the request that waited for it has given up. */
        void hear(String outcome) throws InterruptedException {
            long deadline = System.nanoTime() + HEARING_TAKES_AT_MOST;
            while (!outcomes.contains(outcome) && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
        }

        @Override
        public void close() {
            cache.close();
        }

        private void heard(String operation, String outcome, Duration took) {
            if (!operation.equals("token")) {
                outcomes.add(outcome);
            }
        }

        private ScopeGuard guard(WhenUnknown policy) {
            return ScopeGuard.builder(logto)
                    .settings(
                            new ScopeGuardSettings(Mode.ENFORCE, Duration.ofSeconds(30), Duration.ofMinutes(5), policy))
                    .permissions(cache)
                    .build();
        }

        private Decision authorize(ScopeGuard guard) {
            return guard.authorize(token, new AccessRequest(RequestedOrganization.named(ACME), REQUIREMENT));
        }

        private static String described(Decision decision) {
            if (decision.denial() == null) {
                return decision.live() == null ? "granted by the token" : "granted by the last known";
            }
            return decision.denial() == Denial.PERMISSIONS_UNAVAILABLE
                    ? "503"
                    : decision.denial().name();
        }
    }
}
