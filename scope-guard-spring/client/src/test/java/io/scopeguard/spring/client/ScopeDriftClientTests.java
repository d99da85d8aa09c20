package io.scopeguard.spring.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.scopeguard.spring.client.ScopeDriftEvent.ConsentSuggested;
import io.scopeguard.spring.client.ScopeDriftEvent.RefreshFailed;
import io.scopeguard.spring.client.ScopeDriftEvent.ScopesNotRegistered;
import io.scopeguard.spring.client.ScopeDriftEvent.SessionEnded;
import io.scopeguard.spring.client.ScopeDriftEvent.TokenRefreshed;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.token.TokenFingerprint;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.oauth2.client.AuthorizedClientServiceOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.InMemoryOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProviderBuilder;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.ClientAttributes;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

/** Both clients with an API and a token endpoint on real sockets, and with the clock of the test. */
class ScopeDriftClientTests {

    private static final String FIRST = FakeApi.token("first");
    private static final String SECOND = FakeApi.token("refreshed-1");

    private final MovableClock clock = MovableClock.atNoon();
    private final FakeApi api = new FakeApi();
    private final List<Duration> waits = new CopyOnWriteArrayList<>();
    private final List<ScopeDriftEvent> events = new CopyOnWriteArrayList<>();
    private final ClientRegistration registration = ClientRegistration.withRegistrationId("logto")
            .clientId("app")
            .clientSecret("secret")
            .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
            .redirectUri("https://app.example.test/callback")
            .authorizationUri("https://id.example.test/auth")
            .tokenUri(api.origin() + "/token")
            .scope("read:report", "export:report")
            .build();
    private final InMemoryOAuth2AuthorizedClientService clients =
            new InMemoryOAuth2AuthorizedClientService(new InMemoryClientRegistrationRepository(registration));
    private final ScopeDriftClient drift = client();

    @AfterEach
    void stop() {
        api.close();
    }

    private ScopeDriftClient client() {
        clients.saveAuthorizedClient(authorized(FIRST), alice());
        return ScopeDriftClient.builder(manager())
                .origins(api.origin())
                .registration("logto")
                .principal(ScopeDriftClientTests::alice)
                .listener(events::add)
                .time(clock, waits::add)
                .build();
    }

    private static TestingAuthenticationToken alice() {
        return new TestingAuthenticationToken("alice", "");
    }

    private OAuth2AuthorizedClient authorized(String token) {
        java.time.Instant now = java.time.Instant.now();
        OAuth2AccessToken access =
                new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, token, now, now.plusSeconds(86_400));
        return new OAuth2AuthorizedClient(registration, "alice", access, new OAuth2RefreshToken("first", now));
    }

    /** The two HTTP clients of Spring. */
    enum Http {
        REST {
            @Override
            String send(
                    ScopeDriftClient drift,
                    HttpMethod method,
                    String address,
                    Consumer<Map<String, Object>> attributes) {
                return RestClient.builder()
                        .requestFactory(new JdkClientHttpRequestFactory())
                        .requestInterceptor(new ScopeDriftInterceptor(drift))
                        .build()
                        .method(method)
                        .uri(URI.create(address))
                        .attributes(attributes)
                        .exchange((request, response) -> response.getStatusCode()
                                        .value() + " "
                                + new String(
                                        response.getBody().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
            }
        },
        WEB {
            @Override
            String send(
                    ScopeDriftClient drift,
                    HttpMethod method,
                    String address,
                    Consumer<Map<String, Object>> attributes) {
                return Objects.requireNonNull(WebClient.builder()
                        .clientConnector(new JdkClientHttpConnector())
                        .filter(new ScopeDriftExchangeFilter(drift))
                        .build()
                        .method(method)
                        .uri(URI.create(address))
                        .attributes(attributes)
                        .exchangeToMono(response -> response.bodyToMono(String.class)
                                .defaultIfEmpty("")
                                .map(body -> response.statusCode().value() + " " + body))
                        .block());
            }
        };

        /** Returns status and body. */
        abstract String send(
                ScopeDriftClient drift, HttpMethod method, String address, Consumer<Map<String, Object>> attributes);
    }

    private String get(Http http) {
        return http.send(drift, HttpMethod.GET, api.origin() + "/api", attributes -> {});
    }

    private static String hint(String token, String members, int after) {
        return "%s, token=\"%s\", as-of=1795244700, after=%d".formatted(members, TokenFingerprint.of(token), after);
    }

    private void hints(int status, String token, String members, int after) {
        api.answers(status, Map.of("Scope-Drift", hint(token, members, after)), "first answer");
    }

    private void refusesWithBody(String action, String more) {
        String body = "{\"type\":\"urn:problem-type:scope-guard:insufficient-scope\",\"action\":\"%s\"%s}";
        api.answers(403, Map.of("Content-Type", "application/problem+json"), body.formatted(action, more));
    }

    @ParameterizedTest
    @EnumSource(Http.class)
    void grantedWithRefreshThenRefreshesBeforeTheNextRequestAfterTheWait(Http http) {
        hints(200, FIRST, "action=refresh, demoted=(\"delete:report\")", 12);

        assertThat(get(http)).isEqualTo("200 first answer");
        clock.advance(Duration.ofSeconds(11));
        get(http);
        assertThat(api.refreshes).isEmpty();
        clock.advance(Duration.ofSeconds(1));
        get(http);
        get(http);

        assertThat(api.received).containsExactly(FIRST, FIRST, SECOND, SECOND);
        assertThat(api.refreshes)
                .singleElement()
                .asString()
                .contains("grant_type=refresh_token", "refresh_token=first");
        assertThat(events).containsExactly(new TokenRefreshed("logto", "alice"));
        assertThat(waits).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Http.class)
    void refusedWithRefreshThenWaitsRefreshesAndRepeats(Http http) {
        hints(403, FIRST, "action=refresh, promoted=(\"export:report\")", 2);

        assertThat(get(http)).isEqualTo("200 ok");

        assertThat(api.received).containsExactly(FIRST, SECOND);
        assertThat(api.refreshes).hasSize(1);
        assertThat(waits).containsExactly(Duration.ofSeconds(2));
    }

    @ParameterizedTest
    @EnumSource(Http.class)
    void refusedAgainThenReturnsTheSecondAnswer(Http http) {
        hints(403, FIRST, "action=refresh", 0);
        hints(403, SECOND, "action=refresh", 1);

        assertThat(get(http)).isEqualTo("403 first answer");
        assertThat(api.received).containsExactly(FIRST, SECOND);
        assertThat(api.refreshes).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Http.class)
    void sameHintAgainThenActsOnce(Http http) {
        api.refusesTokens("temporarily_unavailable");
        for (int i = 0; i < 3; i++) {
            hints(403, FIRST, "action=refresh", 0);
            assertThat(get(http)).isEqualTo("403 first answer");
        }
        assertThat(api.refreshes).hasSize(1);
        assertThat(events).hasSize(1).first().isInstanceOf(RefreshFailed.class);

        clock.advance(Duration.ofMinutes(1));
        hints(403, FIRST, "action=refresh", 0);
        get(http);
        assertThat(api.refreshes).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(Http.class)
    void sessionOverThenReturnsTheRefusalAndNeverTriesAgain(Http http) {
        api.refusesTokens("invalid_grant");
        hints(403, FIRST, "action=refresh", 0);

        assertThat(get(http)).isEqualTo("403 first answer");
        assertThat(events).containsExactly(new SessionEnded("logto", "alice", "invalid_grant"));
        clock.advance(Duration.ofDays(1));
        assertThat(get(http)).isEqualTo("200 ok");
        assertThat(api.received.get(1)).as("the manager has removed the client").isEqualTo("none");
        assertThat(api.refreshes).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Http.class)
    void hintOfAnotherTokenThenIgnored(Http http) {
        hints(403, FakeApi.token("other"), "action=refresh", 0);
        api.answers(200, Map.of("Scope-Drift", "action=refresh, token=\"short\", as-of=1, after=0"), "");

        assertThat(get(http)).isEqualTo("403 first answer");
        get(http);
        get(http);
        assertThat(api.refreshes).isEmpty();
        assertThat(api.received).containsOnly(FIRST);
    }

    @ParameterizedTest
    @EnumSource(Http.class)
    void serviceUnavailableThenReturnedAsItCame(Http http) {
        api.answers(503, Map.of("Retry-After", "5"), "later");

        assertThat(get(http)).isEqualTo("503 later");
        assertThat(api.received).hasSize(1);
        assertThat(api.refreshes).isEmpty();
        assertThat(waits).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Http.class)
    void headerIsLostThenTheBodyOfTheRefusalCounts(Http http) {
        refusesWithBody("refresh", "");

        assertThat(get(http)).isEqualTo("200 ok");
        assertThat(waits).containsExactly(Duration.ofSeconds(2));
        assertThat(api.received).containsExactly(FIRST, SECOND);
    }

    @ParameterizedTest
    @EnumSource(Http.class)
    void refusalWithoutRemedyThenLeavesTheBodyToTheApplication(Http http) {
        String filler = ",\"detail\":\"" + "x".repeat(40_000) + "\"";
        refusesWithBody("none", "");
        refusesWithBody("refresh", filler);

        assertThat(get(http)).startsWith("403 {\"type\"").endsWith("\"action\":\"none\"}");
        assertThat(get(http)).as("longer than is read").endsWith(filler + "}");
        assertThat(api.refreshes).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "REST, POST, false, 1",
        "REST, POST, true, 2",
        "WEB, POST, false, 1",
        "WEB, POST, true, 2",
        "REST, HEAD, false, 2"
    })
    void methodThenRepeatedOnlyIfThatIsSafe(Http http, HttpMethod method, boolean marked, int requests) {
        hints(403, FIRST, "action=refresh", 0);

        http.send(drift, method, api.origin() + "/api", marked ? ScopeDriftClient.repeatable() : attributes -> {});
        assertThat(api.received).hasSize(requests);
        get(http);
        assertThat(api.refreshes).as("the next request benefits").hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Http.class)
    void manyRequestsAtOnceThenOneRefresh(Http http) throws Exception {
        int callers = 8;
        CountDownLatch refused = new CountDownLatch(callers);
        api.beforeEachToken(() -> await(refused));
        for (int i = 0; i < callers; i++) {
            hints(403, FIRST, "action=refresh", 0);
        }
        ScopeDriftClient counting = ScopeDriftClient.builder(manager())
                .origins(api.origin())
                .registration("logto")
                .principal(ScopeDriftClientTests::alice)
                .time(clock, time -> {
                    refused.countDown();
                    return true;
                })
                .build();
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            answers.add(new CompletableFuture<>());
        }
        for (CompletableFuture<String> answer : answers) {
            new Thread(() -> answer.complete(
                            http.send(counting, HttpMethod.GET, api.origin() + "/api", attributes -> {})))
                    .start();
        }
        for (CompletableFuture<String> answer : answers) {
            assertThat(answer.get(3, TimeUnit.MINUTES)).isEqualTo("200 ok");
        }
        assertThat(api.refreshes).hasSize(1);
    }

    private AuthorizedClientServiceOAuth2AuthorizedClientManager manager() {
        AuthorizedClientServiceOAuth2AuthorizedClientManager manager =
                new AuthorizedClientServiceOAuth2AuthorizedClientManager(
                        new InMemoryClientRegistrationRepository(registration), clients);
        manager.setAuthorizedClientProvider(
                OAuth2AuthorizedClientProviderBuilder.builder().refreshToken().build());
        return manager;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(3, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @ParameterizedTest
    @CsvSource({"REST, GET", "REST, POST", "WEB, GET", "WEB, POST"})
    void refusedWithReconsentThenThrowsOnce(Http http, HttpMethod method) {
        String address = api.origin() + "/api";
        hints(403, FIRST, "action=reconsent, new=(\"export:report\")", 1);
        hints(403, FIRST, "action=reconsent, new=(\"export:report\")", 1);

        ConsentRequiredException required = catchThrowableOfType(
                ConsentRequiredException.class, () -> http.send(drift, method, address, attributes -> {}));
        assertThat(required.scopes()).containsExactly("export:report");
        assertThat(required.getClientRegistrationId()).isEqualTo("logto");
        assertThat(http.send(drift, method, address, attributes -> {})).isEqualTo("403 first answer");
        assertThat(waits).contains(Duration.ofSeconds(1));
        assertThat(api.refreshes).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Http.class)
    void scopesAreOnlyCountedThenTheBodyNamesThem(Http http) {
        String header = hint(FIRST, "action=reconsent, promoted=1", 0);
        api.answers(
                403,
                Map.of("Scope-Drift", header, "Content-Type", "application/problem+json"),
                "{\"type\":\"urn:problem-type:scope-guard:insufficient-scope\",\"action\":\"reconsent\","
                        + "\"required_scopes\":[\"export:report\"]}");

        assertThatThrownBy(() -> get(http))
                .isInstanceOfSatisfying(
                        ConsentRequiredException.class,
                        required -> assertThat(required.scopes()).containsExactly("export:report"));
    }

    @ParameterizedTest
    @EnumSource(Http.class)
    void grantedWithReconsentThenSuggestsItOnce(Http http) {
        for (int i = 0; i < 2; i++) {
            hints(200, FIRST, "action=reconsent, new=(\"export:report\"), organization=\"acme\"", 3);
            assertThat(get(http)).isEqualTo("200 first answer");
        }
        assertThat(events)
                .containsExactly(new ConsentSuggested("logto", "alice", "acme", null, Set.of("export:report")));
    }

    @ParameterizedTest
    @EnumSource(Http.class)
    void consentForScopesThatAreNotRegisteredThenReportedInsteadOfThrown(Http http) {
        hints(403, FIRST, "action=reconsent, new=(\"other:scope\")", 0);

        assertThat(get(http)).isEqualTo("403 first answer");
        assertThat(events).containsExactly(new ScopesNotRegistered("logto", "alice", Set.of("other:scope")));
    }

    @ParameterizedTest
    @EnumSource(Http.class)
    void otherOriginThenNothingIsSent(Http http) {
        String other = api.origin().replace("127.0.0.1", "localhost");
        for (String address :
                List.of(other + "/api", "https://evil.example/", api.origin().replace("http:", "https:"))) {
            assertThatThrownBy(() -> http.send(drift, HttpMethod.GET, address, attributes -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Tokens are not for");
        }
        assertThat(api.received).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Http.class)
    void redirectToAnotherOriginThenReturnedAsItCame(Http http) {
        api.answers(302, Map.of("Location", api.origin().replace("127.0.0.1", "localhost") + "/api"), "elsewhere");

        assertThat(get(http)).isEqualTo("302 elsewhere");
        assertThat(api.received).containsExactly(FIRST);
    }

    @ParameterizedTest
    @EnumSource(Http.class)
    void longWaitThenTheRefusalIsReturnedAtOnce(Http http) {
        hints(403, FIRST, "action=refresh", 20);

        assertThat(get(http)).isEqualTo("403 first answer");
        assertThat(waits).isEmpty();
        clock.advance(Duration.ofSeconds(20));
        get(http);
        assertThat(api.received).containsExactly(FIRST, SECOND);
    }

    @ParameterizedTest
    @EnumSource(Http.class)
    void otherRegistrationByAttributeThenItsTokenOrNone(Http http) {
        assertThatThrownBy(() -> http.send(
                        drift, HttpMethod.GET, api.origin() + "/api", ClientAttributes.clientRegistrationId("unknown")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(api.received).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Http.class)
    void tokenReplacedByTheApplicationThenNotRefreshed(Http http) {
        hints(200, FIRST, "action=refresh", 0);
        get(http);
        clients.saveAuthorizedClient(authorized(FakeApi.token("own")), alice());
        get(http);

        assertThat(api.received).containsExactly(FIRST, FakeApi.token("own"));
        assertThat(api.refreshes).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"api.example.com", "https://api.example.com/path", "https:"})
    void noOriginThenRejected(String value) {
        assertThatThrownBy(() -> ScopeDriftClient.builder(request -> null).origins(value))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ScopeDriftClient.builder(request -> null).build())
                .hasMessageContaining("No origins are set");
    }
}
