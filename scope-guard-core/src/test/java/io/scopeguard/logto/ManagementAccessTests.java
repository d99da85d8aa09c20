package io.scopeguard.logto;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.serverError;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import io.github.bucket4j.Bucket;
import io.scopeguard.provider.CallBudget;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.CallListener;
import io.scopeguard.provider.CircuitState;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.Priority;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.provider.http.ClientCredentialsToken;
import io.scopeguard.provider.http.HttpCalls;
import io.scopeguard.scope.Audience;
import io.scopeguard.testing.LogEvents;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.Recorded;
import io.scopeguard.time.SteadyClock;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Our own access: the management token, the check at start-up, the limit on calls. */
class ManagementAccessTests {

    private static final RecordedTenant tenant = new RecordedTenant();

    private final MovableClock clock = MovableClock.atNoon();
    private final Logto logto = tenant.logto(clock).build();

    @BeforeEach
    void reset() {
        tenant.reset();
    }

    @AfterAll
    static void stop() {
        tenant.close();
    }

    // The token

    @Test
    void tokenWhenNotExpiringThenSharedAndAMinuteBeforeThatRenewed() {
        check();
        clock.advanceSeconds(3_600 - 60 - 1);
        check();
        assertThat(tenant.tokenRequests()).isEqualTo(1);
        clock.advanceSeconds(1);

        check();
        assertThat(tenant.tokenRequests()).isEqualTo(2);
    }

    @Test
    void tokenWhenRequestedThenCredentialsAreUrlEncodedAndTheFormIsComplete() {
        Logto.at(tenant.tenant(), "app:id +", "s%c&r\u00e9t")
                .furtherIssuers(List.of(Recorded.ISSUER))
                .timeout(Loopback.PATIENCE)
                .build()
                .check(List.of());

        String credentials =
                Base64.getEncoder().encodeToString("app%3Aid+%2B:s%25c%26r%C3%A9t".getBytes(StandardCharsets.US_ASCII));
        tenant.server()
                .verify(
                        1,
                        postRequestedFor(urlPathEqualTo("/oidc/token"))
                                .withHeader("Authorization", equalTo("Basic " + credentials))
                                .withHeader("Content-Type", equalTo("application/x-www-form-urlencoded"))
                                .withRequestBody(
                                        equalTo(
                                                "grant_type=client_credentials&resource=https%3A%2F%2Fdefault.logto.app%2Fapi&scope=all")));
    }

    @Test
    void tokenWhenManagementResourceIsConfiguredThenThatOne() {
        tenant.logto(clock)
                .managementResource("https://mine.example/api")
                .build()
                .check(List.of());

        assertThat(tenant.server()
                        .findAll(postRequestedFor(urlPathEqualTo("/oidc/token")))
                        .get(0)
                        .getBodyAsString())
                .contains("&resource=https%3A%2F%2Fmine.example%2Fapi&");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "errors/auth.expired-token",
                "errors/auth.garbage-token",
                "errors/auth.missing-token",
                "errors/auth.organization-token",
                "errors/auth.unknown-kid",
                "errors/auth.wrong-audience",
                "errors/auth.wrong-issuer",
                "errors/auth.wrong-scheme"
            })
    void tokenWhenTheApiRefusesItThenRenewedExactlyOnce(String recording) {
        tenant.recorded("/organization-roles", recording);

        assertRefused(LogtoRefusals.tokenNotAccepted());
        assertThat(tenant.tokenRequests()).isEqualTo(2);
        assertThat(tenant.server().findAll(getRequestedFor(urlPathEqualTo("/api/organization-roles"))))
                .hasSize(2);
    }

    @Test
    void tokenWhenRefusedOnceThenTheNewOneIsUsed() {
        String first = "{\"access_token\":\"first\",\"expires_in\":3600,\"scope\":\"all\"}";
        tenant.tokenAnswer(okJson(first));
        check();
        tenant.server()
                .stubFor(get(urlPathEqualTo("/api/organization-roles"))
                        .withHeader("Authorization", equalTo("Bearer first"))
                        .willReturn(Recorded.of("errors/auth.expired-token").response()));
        tenant.tokenAnswer(okJson(first.replace("first", "second")));
        clock.advanceSeconds(1);

        check();
        check();
        assertThat(tenant.tokenRequests()).isEqualTo(2);
    }

    @Test
    @Timeout(120)
    void tokenWhenABackgroundRenewalWaitsForTheBudgetThenAForegroundCallerLiftsIt() throws Exception {
        // One call is left. It is the reserve, which background calls do not use.
        Bucket bucket = Bucket.builder()
                .addLimit(limit -> limit.capacity(10)
                        .refillIntervally(1, Duration.ofHours(1))
                        .initialTokens(1))
                .build();
        ClientCredentialsToken token = token(new CallBudget(bucket));
        AtomicReference<@Nullable String> background = new AtomicReference<>();
        Thread renewal = new Thread(() -> background.set(valueOf(token, CallContext.BACKGROUND)));
        renewal.start();
        awaitWaiting(renewal);
        assertThat(tenant.tokenRequests()).isZero();

        String foreground = valueOf(token, CallContext.FOREGROUND);

        renewal.join(60_000);
        assertThat(foreground).isNotEmpty().isEqualTo(background.get());
        assertThat(tenant.tokenRequests()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Priority.class)
    void tokenWhenManyCallersNeedItAtOnceThenRequestedOnce(Priority priority) {
        ClientCredentialsToken token = token(CallBudget.perSecond(1_000));
        CountDownLatch all = new CountDownLatch(8);

        List<CompletableFuture<String>> callers = Stream.generate(() -> CompletableFuture.supplyAsync(
                        () -> {
                            all.countDown();
                            awaitZero(all);
                            return valueOf(token, () -> priority);
                        },
                        task -> new Thread(task).start()))
                .limit(8)
                .toList();

        assertThat(callers)
                .extracting(CompletableFuture::join)
                .hasSize(8)
                .containsOnly(callers.get(0).join());
        assertThat(tenant.tokenRequests()).isEqualTo(1);
    }

    @Test
    void tokenWhenTheRequestFailsThenAllWaitingCallersFailAndTheNextTriesAgain() {
        ClientCredentialsToken token = token(CallBudget.perSecond(1_000));
        tenant.tokenAnswer(Recorded.of("tokens/m2m.bad-secret").response().withFixedDelay(300));
        List<CompletableFuture<String>> callers = Stream.generate(() -> CompletableFuture.supplyAsync(
                        () -> valueOf(token, CallContext.FOREGROUND), task -> new Thread(task).start()))
                .limit(4)
                .toList();
        for (CompletableFuture<String> caller : callers) {
            assertThatThrownBy(caller::join).hasCauseInstanceOf(SettingRefusedException.class);
        }

        tenant.tokenAnswer(Recorded.of("tokens/m2m.management-api").response());
        assertThat(valueOf(token, CallContext.FOREGROUND)).isNotEmpty();
    }

    @Test
    void tokenWhenRenewalAheadFailsThenTheOldOneIsUsedWhileItIsValid() {
        ClientCredentialsToken token = token(CallBudget.perSecond(1_000));
        String first = valueOf(token, CallContext.FOREGROUND);
        tenant.tokenAnswer(serverError());
        clock.advanceSeconds(3_600 - 1);

        assertThat(valueOf(token, CallContext.FOREGROUND)).isEqualTo(first);
        clock.advanceSeconds(1);
        assertThatExceptionOfType(PermissionsUnavailableException.class)
                .isThrownBy(() -> valueOf(token, CallContext.FOREGROUND));
        assertThat(tenant.tokenRequests()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void tokenWhenTheWallClockStepsBackThenItsAgeIsAsBefore() {
        check();
        clock.step(Duration.ofHours(-1));
        check();
        clock.advanceSeconds(3_600 - 61);
        check();
        assertThat(tenant.tokenRequests()).isEqualTo(1);

        clock.advanceSeconds(1);
        check();
        assertThat(tenant.tokenRequests()).isEqualTo(2);
    }

    @Test
    void tokenWhenItsLifetimeIsAbsurdThenRenewedADayLater() {
        tenant.tokenAnswer(okJson("{\"access_token\":\"t\",\"expires_in\":9000000000000000000,\"scope\":\"all\"}"));
        check();
        clock.advance(Duration.ofDays(1));
        check();

        assertThat(tenant.tokenRequests()).isEqualTo(2);
    }

    private ClientCredentialsToken token(CallBudget budget) {
        HttpCalls calls = new HttpCalls(
                "Logto",
                budget,
                Loopback.PATIENCE,
                CallListener.none(),
                clock.steady(),
                new ProviderClock(clock.steady()));
        return ManagementToken.of(
                calls, tenant.tenant().tokenEndpoint(), "app", RecordedTenant.SECRET, "resource", clock.steady());
    }

    private static String valueOf(ClientCredentialsToken token, CallContext context) {
        return token.authorize(context, bearer -> bearer);
    }

    private static void awaitWaiting(Thread thread) throws InterruptedException {
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    private static void awaitZero(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    // The check

    @ParameterizedTest
    @CsvSource({
        "tokens/m2m.bad-secret, app-secret, refuses the application's secret",
        "tokens/m2m.unknown-client, app-id, does not know the application",
        "tokens/m2m.unknown-resource, management-resource, does not know the Management API's resource",
        "errors/oidc.client-credentials.management-without-role, app-id, no access to the Management API"
    })
    void checkWhenLogtoRefusesTheSettingsThenSaysWhich(String recording, String setting, String problem) {
        tenant.tokenAnswer(Recorded.of(recording).response());

        assertThatExceptionOfType(SettingRefusedException.class)
                .isThrownBy(() -> logto.check(List.of()))
                .withMessageContaining(problem)
                .satisfies(refused -> {
                    assertThat(refused.setting()).isEqualTo(setting);
                    assertThat(refused.fix()).endsWith(".");
                });
    }

    @Test
    void checkWhenTheApiForbidsThenNoManagementAccess() {
        tenant.recorded("/organization-roles", "errors/auth.wrong-scope");

        assertRefused(LogtoRefusals.noManagementAccess());
    }

    @ParameterizedTest
    @CsvSource({
        "400, invalid_request, requested grant type is not allowed for this client",
        "400, unauthorized_client, requested grant type is not allowed for this client",
        "401, unauthorized_client, x"
    })
    void checkWhenTheApplicationIsOfAnotherKindThenSaysSo(int status, String error, String description) {
        tenant.tokenAnswer(okJson("{\"error\":\"" + error + "\",\"error_description\":\"" + description + "\"}")
                .withStatus(status));

        assertRefused(LogtoRefusals.notMachineToMachine());
    }

    /** The answers of a firewall, a proxy, a captive portal or a wrong ingress in front of Logto do not depend on the settings. */
    static Stream<ResponseDefinitionBuilder> answersInPlaceOfLogto() {
        String page = "<!DOCTYPE html><title>Just a moment...</title>";
        return IntStream.of(200, 302, 400, 401, 403, 404, 407, 422)
                .boxed()
                .flatMap(status -> Stream.of(
                        aResponse()
                                .withStatus(status)
                                .withHeader("Content-Type", "text/html")
                                .withBody(page),
                        aResponse().withStatus(status).withBody("error code: 1010"),
                        aResponse().withStatus(status),
                        okJson("{\"message\":\"Forbidden\"}").withStatus(status),
                        okJson("[]").withStatus(status),
                        okJson("{\"code\":403}").withStatus(status)))
                // An empty list is a valid answer of Logto.
                .filter(answer -> answer.build().getStatus() != 200
                        || !"[]".equals(answer.build().getBody()));
    }

    @ParameterizedTest
    @MethodSource("answersInPlaceOfLogto")
    void checkWhenSomethingElseAnswersForTheApiThenUnavailable(ResponseDefinitionBuilder answer) {
        tenant.answer("/organization-roles", answer);

        assertThatExceptionOfType(PermissionsUnavailableException.class).isThrownBy(() -> logto.check(List.of()));
        assertThat(tenant.tokenRequests()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("answersInPlaceOfLogto")
    void checkWhenSomethingElseAnswersForTheTokenEndpointThenUnavailable(ResponseDefinitionBuilder answer) {
        tenant.tokenAnswer(answer);

        assertThatExceptionOfType(PermissionsUnavailableException.class).isThrownBy(() -> logto.check(List.of()));
    }

    @Test
    void checkWhenLogtoCallsItselfOtherwiseThenSaysHow() {
        Logto other = Logto.at(tenant.tenant(), "app", "secret")
                .timeout(Loopback.PATIENCE)
                .build();

        assertThatExceptionOfType(SettingRefusedException.class)
                .isThrownBy(() -> other.check(List.of()))
                .withMessage("Logto at " + tenant.tenant().endpoint() + " issues tokens as " + Recorded.ISSUER
                        + ", which is not accepted")
                .extracting(SettingRefusedException::setting)
                .isEqualTo("issuers");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "opaque",
                "a.b.c",
                "..",
                "a.!.c",
                "a.bnVsbA.c",
                "a.W10.c",
                "a.eyJpc3MiOiJ4IHkifQ.c",
                "a.eyJpc3MiOjF9.c"
            })
    void checkWhenTheTokenNamesNoIssuerThenPasses(String token) {
        tenant.tokenAnswer(okJson("{\"access_token\":\"" + token + "\",\"expires_in\":3600,\"scope\":\"all\"}"));

        check();
    }

    static Stream<Arguments> troubles() {
        return Stream.of(
                Arguments.of("500", aResponse().withStatus(500), Reason.SERVER_ERROR),
                Arguments.of("429", aResponse().withStatus(429), Reason.RATE_LIMITED),
                Arguments.of("HTML", okJson("<html>"), Reason.MALFORMED),
                Arguments.of("HTML error", okJson("<html>").withStatus(400), Reason.MALFORMED),
                Arguments.of(
                        "another error", okJson("{\"error\":\"access_denied\"}").withStatus(400), Reason.REFUSED),
                Arguments.of("redirect", aResponse().withStatus(302).withHeader("Location", "/x"), Reason.MALFORMED),
                Arguments.of("reset", aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER), Reason.UNREACHABLE),
                Arguments.of("no token", okJson("{\"scope\":\"all\",\"expires_in\":3600}"), Reason.MALFORMED),
                Arguments.of("no lifetime", okJson("{\"scope\":\"all\",\"access_token\":\"t\"}"), Reason.MALFORMED));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("troubles")
    void checkWhenTheTokenEndpointIsInTroubleThenUnavailable(
            String name, ResponseDefinitionBuilder trouble, Reason reason) {
        tenant.tokenAnswer(trouble);

        assertThatExceptionOfType(PermissionsUnavailableException.class)
                .as(name)
                .isThrownBy(() -> logto.check(List.of()))
                .extracting(PermissionsUnavailableException::reason)
                .isEqualTo(reason);
    }

    @Test
    void checkWhenTheApiIsInTroubleThenUnavailable() {
        tenant.answer("/organization-roles", aResponse().withStatus(503));

        assertThatExceptionOfType(PermissionsUnavailableException.class)
                .isThrownBy(() -> logto.check(List.of()))
                .extracting(PermissionsUnavailableException::reason)
                .isEqualTo(Reason.SERVER_ERROR);
    }

    @Test
    void checkWhenAllIsWellThenTheCatalogueIsFilled() {
        Audience api = Audience.resource(Recorded.API);

        logto.check(List.of(Audience.ORGANIZATION, api));

        assertThat(logto.catalogue().scopesOf(Audience.ORGANIZATION)).hasSize(4);
        assertThat(logto.catalogue().scopesOf(api)).hasSize(3);
    }

    // Trouble

    @Test
    void callsWhenOneBreaksOffThenItIsMadeOnceMore() {
        tenant.server()
                .stubFor(get(urlPathEqualTo("/api/organization-roles"))
                        .inScenario("breaks off once")
                        .willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER))
                        .willSetStateTo("well"));
        tenant.server()
                .stubFor(get(urlPathEqualTo("/api/organization-roles"))
                        .inScenario("breaks off once")
                        .whenScenarioStateIs("well")
                        .willReturn(
                                Recorded.of("management-api/organization-roles").response()));

        check();
    }

    @Test
    void callsWhenManyFailedThenNoCallsAreMadeForASecond() {
        check();
        assertThat(logto.circuit()).isEqualTo(CircuitState.CLOSED);
        tenant.answer("/organization-roles", aResponse().withStatus(503));
        for (int i = 0; i < 40; i++) {
            assertThatExceptionOfType(PermissionsUnavailableException.class).isThrownBy(() -> logto.check(List.of()));
        }
        int asked = tenant.server()
                .findAll(getRequestedFor(urlPathEqualTo("/api/organization-roles")))
                .size();
        assertThat(asked).isBetween(10, 30);
        assertThat(logto.circuit()).isEqualTo(CircuitState.OPEN);

        tenant.recorded("/organization-roles", "management-api/organization-roles");
        clock.advance(Duration.ofMillis(1_001));
        check();
        assertThat(logto.circuit()).isEqualTo(CircuitState.CLOSED);
    }

    /** When Logto is tried again, one of several concurrent reads must not make the others fail. */
    @Test
    void callsWhenLogtoIsTriedAgainThenOthersWaitForTheTrialAndAreMadeToo() {
        check();
        tenant.answer("/organization-roles", aResponse().withStatus(503));
        for (int i = 0; i < 40; i++) {
            assertThatExceptionOfType(PermissionsUnavailableException.class).isThrownBy(() -> logto.check(List.of()));
        }
        assertThat(logto.circuit()).isEqualTo(CircuitState.OPEN);
        tenant.answer(
                "/organization-roles",
                Recorded.of("management-api/organization-roles").response().withFixedDelay(300));
        clock.advance(Duration.ofMillis(1_001));

        List<CompletableFuture<Void>> reads = Stream.generate(
                        () -> CompletableFuture.runAsync(this::check, task -> new Thread(task).start()))
                .limit(4)
                .toList();

        reads.forEach(CompletableFuture::join);
        assertThat(logto.circuit()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void callsWhenCircuitIsOpenAndWallClockStepsBackThenStillPausedForASecond() {
        tenant.answer("/organization-roles", aResponse().withStatus(503));
        for (int i = 0; i < 40; i++) {
            assertThatExceptionOfType(PermissionsUnavailableException.class).isThrownBy(() -> logto.check(List.of()));
        }
        tenant.recorded("/organization-roles", "management-api/organization-roles");
        clock.step(Duration.ofHours(-1));
        assertThat(logto.circuit()).isEqualTo(CircuitState.OPEN);
        assertThatExceptionOfType(PermissionsUnavailableException.class).isThrownBy(() -> logto.check(List.of()));

        clock.advance(Duration.ofMillis(1_001));
        check();
    }

    @Test
    void callsWhenAPauseIsAskedForAndTheWallClockStepsBackThenItLastsAsLong() {
        tenant.answer("/organization-roles", aResponse().withStatus(429).withHeader("Retry-After", "7"));
        assertThatExceptionOfType(PermissionsUnavailableException.class).isThrownBy(() -> logto.check(List.of()));
        tenant.recorded("/organization-roles", "management-api/organization-roles");
        clock.step(Duration.ofHours(-1));
        clock.advance(Duration.ofMillis(6_999));
        assertThatExceptionOfType(PermissionsUnavailableException.class)
                .isThrownBy(() -> logto.check(List.of()))
                .extracting(PermissionsUnavailableException::reason)
                .isEqualTo(Reason.RATE_LIMITED);

        clock.advance(Duration.ofMillis(1));
        check();
    }

    @Test
    void logsWhenCircuitOpensAgainAndAgainThenStartAndEndAreLoggedOnce() {
        try (LogEvents events = LogEvents.capture()) {
            for (int outage = 0; outage < 3; outage++) {
                tenant.answer("/organization-roles", aResponse().withStatus(503));
                for (int i = 0; i < 40; i++) {
                    assertThatExceptionOfType(PermissionsUnavailableException.class)
                            .isThrownBy(() -> logto.check(List.of()));
                    clock.advance(i < 30 ? Duration.ZERO : Duration.ofMillis(1_001));
                }
                assertThat(logto.circuit()).isEqualTo(CircuitState.OPEN);
                tenant.recorded("/organization-roles", "management-api/organization-roles");
                clock.advance(Duration.ofMillis(1_001));
                check();
            }
            clock.advance(Duration.ofMinutes(1));
            check();

            assertThat(events.messages())
                    .filteredOn(message -> message.contains("refused until") || message.contains("as before"))
                    .containsExactly(
                            "WARN Calls to Logto are refused until it answers again: half of the last 20 calls failed",
                            "INFO Logto answers again: calls are made as before");
        }
    }

    /** A malformed answer still proves a connection: calls continue, and the first good answer is used. */
    @Test
    void callsWhenAnswersAreMalformedThenCircuitStaysClosed() {
        check();
        tenant.answer("/organization-roles", okJson("<html>"));
        for (int i = 0; i < 40; i++) {
            assertThatExceptionOfType(PermissionsUnavailableException.class)
                    .isThrownBy(() -> logto.check(List.of()))
                    .extracting(PermissionsUnavailableException::reason)
                    .isEqualTo(Reason.MALFORMED);
        }

        assertThat(logto.circuit()).isEqualTo(CircuitState.CLOSED);
    }

    @ParameterizedTest
    @CsvSource({
        "7, 7",
        "0, 1",
        "86400, 60",
        "'Sat, 21 Nov 2026 09:00:07 GMT', 7",
        "'Sat, 21 Nov 2026 10:00:00 GMT', 60",
        "'Sat, 21 Nov 2026 08:00:00 GMT', 1",
        "soon, 1",
        "-5, 1"
    })
    void callsWhenLogtoAsksForAPauseThenNoneIsMadeUntilItIsOver(String retryAfter, int seconds) {
        check();
        // The sender's clock dates the answers.
        tenant.answer(
                "/organization-roles",
                aResponse()
                        .withStatus(429)
                        .withHeader("Date", "Sat, 21 Nov 2026 09:00:00 GMT")
                        .withHeader("Retry-After", retryAfter));
        assertRateLimited();
        tenant.recorded("/organization-roles", "management-api/organization-roles");
        tenant.server().resetRequests();

        if (seconds > 0) {
            clock.advance(Duration.ofSeconds(seconds).minusMillis(1));
            assertRateLimited();
            assertThat(tenant.server().getAllServeEvents()).isEmpty();
            clock.advance(Duration.ofMillis(1));
        }
        check();
    }

    @Test
    void callsWhenTheServerIsUnavailableForAStatedTimeThenNoneIsMadeMeanwhile() {
        check();
        tenant.answer("/organization-roles", aResponse().withStatus(503).withHeader("Retry-After", "9"));
        assertThatExceptionOfType(PermissionsUnavailableException.class).isThrownBy(() -> logto.check(List.of()));
        tenant.recorded("/organization-roles", "management-api/organization-roles");

        clock.advance(Duration.ofMillis(8_999));
        assertRateLimited();
        clock.advance(Duration.ofMillis(1));
        check();
    }

    private void assertRateLimited() {
        assertThatExceptionOfType(PermissionsUnavailableException.class)
                .isThrownBy(() -> logto.check(List.of()))
                .extracting(PermissionsUnavailableException::reason)
                .isEqualTo(Reason.RATE_LIMITED);
    }

    @Test
    void callsWhenMadeThenTheyNameTheLibraryAndItsVersion() {
        check();

        assertThat(tenant.server().getAllServeEvents())
                .isNotEmpty()
                .allSatisfy(event -> assertThat(event.getRequest().getHeader("User-Agent"))
                        .matches("scope-guard/\\d+\\.\\d+[\\w.-]*"));
    }

    // The clock

    @Test
    void clockWhenAnswersAreDatedThenItLearnsFromAllOfThem() {
        assertThat(logto.clock().latest(0)).isEqualTo(clock.instant());

        tenant.tokenAnswer(serverError().withHeader("Date", "Sat, 21 Nov 2026 12:00:10 GMT"));
        assertThatThrownBy(() -> logto.check(List.of())).isInstanceOf(PermissionsUnavailableException.class);

        assertThat(logto.clock().latest(0))
                .isAfter(clock.instant().plusSeconds(9))
                .isBeforeOrEqualTo(clock.instant().plusSeconds(12));
    }

    // The limit

    @Test
    void callsWhenOverTheLimitThenTheyWaitOrAreGivenUpButNeverMade() throws Exception {
        Queue<String> outcomes = new ConcurrentLinkedQueue<>();
        Queue<Priority> waits = new ConcurrentLinkedQueue<>();
        CallListener listener = new CallListener() {
            @Override
            public void called(String operation, String outcome, Duration took) {
                outcomes.add(outcome);
            }

            @Override
            public void waited(Priority priority, Duration took) {
                waits.add(priority);
            }
        };
        HttpCalls calls = new HttpCalls(
                "Logto",
                CallBudget.perSecond(1),
                Loopback.PATIENCE,
                listener,
                SteadyClock.system(),
                new ProviderClock(SteadyClock.system()));
        URI uri = tenant.tenant().api("/organization-scopes");
        ExecutorService callers = Executors.newFixedThreadPool(40);
        int answered = 0;
        List<Reason> givenUp = new ArrayList<>();
        try {
            List<Future<Integer>> all = Stream.generate(() -> callers.submit(() -> statusOf(calls, uri)))
                    .limit(40)
                    .toList();
            for (Future<Integer> one : all) {
                try {
                    assertThat(one.get(3, TimeUnit.MINUTES)).isEqualTo(200);
                    answered++;
                } catch (ExecutionException e) {
                    givenUp.add(((PermissionsUnavailableException) e.getCause()).reason());
                }
            }
        } finally {
            callers.shutdownNow();
        }

        assertThat(answered).isGreaterThan(1);
        assertThat(givenUp).isNotEmpty().containsOnly(Reason.BUDGET_EXHAUSTED);
        assertThat(tenant.server().getAllServeEvents()).hasSize(answered);
        assertThat(outcomes).hasSize(40).containsOnly("ok", "budget_exhausted");
        assertThat(waits).hasSize(40).containsOnly(Priority.FOREGROUND);
    }

    @Test
    void callsWhenWithinTheBurstThenAllAreMade() {
        HttpCalls calls = new HttpCalls(
                "Logto",
                CallBudget.perSecond(Logto.DEFAULT_CALLS_PER_SECOND),
                Loopback.PATIENCE,
                CallListener.none(),
                SteadyClock.system(),
                new ProviderClock(SteadyClock.system()));
        URI uri = tenant.tenant().api("/organization-scopes");

        for (int i = 0; i < 7; i++) {
            assertThat(statusOf(calls, uri)).isEqualTo(200);
        }
        assertThat(Logto.DEFAULT_CALLS_PER_SECOND).isEqualTo(5);
    }

    private static int statusOf(HttpCalls calls, URI uri) {
        return calls.send(
                        "scopes",
                        HttpRequest.newBuilder(uri),
                        CallContext.FOREGROUND,
                        response -> Optional.of(response.statusCode()))
                .orElseThrow();
    }

    @Test
    void listenerWhenCallsSucceedThenReceivesTheNamesOfTheOperations() {
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        tenant.logto(clock)
                .listener((operation, outcome, took) -> heard.add(operation + " " + outcome))
                .build()
                .check(List.of(Audience.ORGANIZATION));

        assertThat(heard)
                .containsExactly("token ok", "organization-roles ok", "resources ok", "organization-scopes ok");
    }

    // The tenant

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://abc.logto.app",
                "ftp://abc.logto.app",
                "abc.logto.app",
                "https:///path",
                "https://abc.logto.app?x=1",
                "https://abc.logto.app#x",
                "http://127.0.0.1.evil.example"
            })
    void tenantWhenNotHttpsThenRefused(String endpoint) {
        assertThatIllegalArgumentException().isThrownBy(() -> new LogtoTenant(URI.create(endpoint)));
    }

    @Test
    void tenantWhenPlainHttpIsAllowedToItsHostThenTaken() {
        Set<String> allowed = Set.of("logto.auth.svc.cluster.local");

        assertThat(new LogtoTenant(URI.create("http://Logto.auth.svc.cluster.local:3001"), allowed).issuer())
                .isEqualTo("http://logto.auth.svc.cluster.local:3001/oidc");
        for (String other : List.of(
                "http://auth.svc.cluster.local",
                "http://x.logto.auth.svc.cluster.local",
                "http://logto.auth.svc.cluster.local.evil.example",
                "http://logto.auth.svc.cluster.local@evil.example",
                "ftp://logto.auth.svc.cluster.local")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new LogtoTenant(URI.create(other), allowed))
                    .withMessageContaining("localhost, 127.0.0.1 and [::1]");
        }
    }

    /**
     * Addresses that are easily mistaken for the endpoint. Without an explanation, keys and tokens would be requested from a wrong
     * address.
     */
    @ParameterizedTest
    @ValueSource(strings = {"https://abc.logto.app/oidc", "https://abc.logto.app/oidc/", "http://localhost:3001/oidc"})
    void tenantWhenGivenByItsIssuerThenRefused(String issuer) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LogtoTenant(URI.create(issuer)))
                .withMessageContaining("without /oidc");
    }

    @ParameterizedTest
    @CsvSource({
        "HTTPS://ABC.Logto.app:443/, https://abc.logto.app",
        "https://auth.example.com:8443/Logto/, https://auth.example.com:8443/Logto",
        "http://LocalHost:80, http://localhost"
    })
    void tenantWhenWrittenOtherwiseThenAsItsTokensNameIt(String endpoint, String canonical) {
        assertThat(new LogtoTenant(URI.create(endpoint)).issuer()).isEqualTo(canonical + "/oidc");
    }

    @ParameterizedTest
    @CsvSource({
        "https://abc.logto.app, https://abc.logto.app/api",
        "https://abc.logto.app/, https://abc.logto.app/api",
        "https://auth.example.com, https://default.logto.app/api",
        "http://localhost:3001, https://default.logto.app/api",
        "http://[::1]:3001, https://default.logto.app/api",
        "https://evillogto.app, https://default.logto.app/api"
    })
    void tenantWhenEndpointThenAllElseFollows(String endpoint, String managementResource) {
        LogtoTenant of = new LogtoTenant(URI.create(endpoint));
        String base = endpoint.replaceFirst("/$", "");

        assertThat(of.issuer()).isEqualTo(base + "/oidc");
        assertThat(of.jwkSetUri()).hasToString(base + "/oidc/jwks");
        assertThat(of.tokenEndpoint()).hasToString(base + "/oidc/token");
        assertThat(of.api("/x")).hasToString(base + "/api/x");
        assertThat(of.managementResource(null)).isEqualTo(managementResource);
        assertThat(of.managementResource("https://m")).isEqualTo("https://m");
    }

    @Test
    void builderWhenLimitIsImpossibleThenRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tenant.logto(clock).callsPerSecond(0));
        assertThatCode(() -> tenant.logto(clock).callsPerSecond(1)).doesNotThrowAnyException();
    }

    private void check() {
        assertThatCode(() -> logto.check(List.of())).doesNotThrowAnyException();
    }

    private void assertRefused(SettingRefusedException expected) {
        assertThatExceptionOfType(SettingRefusedException.class)
                .isThrownBy(() -> logto.check(List.of()))
                .withMessage(expected.getMessage())
                .extracting(SettingRefusedException::setting, SettingRefusedException::fix)
                .containsExactly(expected.setting(), expected.fix());
    }
}
