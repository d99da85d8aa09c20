package io.scopeguard.spring.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.scopeguard.logtobox.Answer;
import io.scopeguard.logtobox.Browser;
import io.scopeguard.logtobox.LogtoBox;
import io.scopeguard.logtobox.TestClient;
import io.scopeguard.spring.RequiresScopes;
import io.scopeguard.spring.client.ScopeDriftClientTests.Http;
import io.scopeguard.spring.client.ScopeDriftEvent.TokenRefreshed;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.oauth2.client.AuthorizedClientServiceOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.InMemoryOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProviderBuilder;
import org.springframework.security.oauth2.client.endpoint.RestClientRefreshTokenTokenResponseClient;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Both clients, Spring Security's OAuth 2.0 client, a guarded API and its identity provider, from the sign-in on. */
class GuardedApiTests {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String SIGN_IN =
            "openid offline_access urn:logto:scope:organizations read:report delete:report";
    private static final AtomicInteger USERS = new AtomicInteger();

    private static LogtoBox box;
    private static ConfigurableApplicationContext api;

    private final List<ScopeDriftEvent> events = new CopyOnWriteArrayList<>();
    private final String user = "erin" + USERS.incrementAndGet();

    private ClientRegistration registration;
    private InMemoryOAuth2AuthorizedClientService clients;
    private ScopeDriftClient drift;

    @BeforeAll
    static void start() {
        box = LogtoBox.builder().port(0).start();
        api = new SpringApplicationBuilder(Api.class)
                .initializers(context -> {
                    var sources = context.getEnvironment().getPropertySources();
                    sources.addFirst(new MapPropertySource("box", Map.copyOf(box.properties())));
                    sources.addFirst(new MapPropertySource(
                            "test",
                            Map.of(
                                    "server.port",
                                    0,
                                    "scope-guard.permissions.max-wait",
                                    "60s",
                                    "scope-guard.permissions.max-age",
                                    "300ms",
                                    "scope-guard.drift.spread",
                                    "1s")));
                })
                .run();
    }

    @AfterAll
    static void stop() {
        api.close();
        box.close();
    }

    @BeforeEach
    void connect() {
        registration = ClientRegistration.withRegistrationId("logto")
                .clientId("demo-server")
                .clientSecret("demo-server-secret")
                .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                .redirectUri("{baseUrl}/login/oauth2/code/{registrationId}")
                .authorizationUri(box.endpoint() + "/oidc/auth")
                .tokenUri(box.endpoint() + "/oidc/token")
                .scope("openid", "offline_access", "read:report", "delete:report", "export:report")
                .build();
        InMemoryClientRegistrationRepository registrations = new InMemoryClientRegistrationRepository(registration);
        clients = new InMemoryOAuth2AuthorizedClientService(registrations);
        AuthorizedClientServiceOAuth2AuthorizedClientManager manager =
                new AuthorizedClientServiceOAuth2AuthorizedClientManager(registrations, clients);
        manager.setAuthorizedClientProvider(OAuth2AuthorizedClientProviderBuilder.builder()
                .refreshToken(refresh -> refresh.accessTokenResponseClient(forOrganization("acme")))
                .build());
        drift = ScopeDriftClient.builder(manager)
                .origins(origin())
                .registration("logto")
                .principal(this::principal)
                .listener(events::add)
                .build();
    }

    /** Logto issues a token for the organization in the request. */
    private static RestClientRefreshTokenTokenResponseClient forOrganization(String organization) {
        RestClientRefreshTokenTokenResponseClient client = new RestClientRefreshTokenTokenResponseClient();
        client.addParametersConverter(
                request -> MultiValueMap.fromSingleValue(Map.of("organization_id", organization)));
        return client;
    }

    private TestingAuthenticationToken principal() {
        return new TestingAuthenticationToken(user, "");
    }

    private String origin() {
        return "http://localhost:" + api.getEnvironment().getProperty("local.server.port");
    }

    /**
     * Signs in at the provider's pages, with consent. The first request refreshes the token, because the token of a sign-in is for
     * no organization.
     */
    private void signIn(String scopes) {
        Answer tokens = new Browser(box.endpoint(), user)
                .signIn(TestClient.CONFIDENTIAL, scopes, List.of(Browser.ORGANIZATIONS), "consent");
        Instant past = Instant.now().minusSeconds(3600);
        OAuth2AccessToken access = new OAuth2AccessToken(
                OAuth2AccessToken.TokenType.BEARER, tokens.string("access_token"), past, past.plusSeconds(60));
        OAuth2RefreshToken refresh = new OAuth2RefreshToken(tokens.string("refresh_token"), past);
        clients.saveAuthorizedClient(new OAuth2AuthorizedClient(registration, user, access, refresh), principal());
    }

    private String send(Http http, HttpMethod method, String path) {
        return http.send(drift, method, origin() + "/organizations/acme/" + path, attributes -> {});
    }

    private JsonNode claims() {
        OAuth2AuthorizedClient client = clients.loadAuthorizedClient("logto", user);
        String payload = client.getAccessToken().getTokenValue().split("\\.")[1];
        return JsonMapper.shared().readTree(new String(Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8));
    }

    private TreeSet<String> scopes() {
        return new TreeSet<>(List.of(claims().path("scope").asString("").split(" ")));
    }

    private long refreshes() {
        return events.stream().filter(TokenRefreshed.class::isInstance).count();
    }

    @ParameterizedTest
    @EnumSource(Http.class)
    void demotedThenRefreshedOnceAndTheTokenMatches(Http http) {
        box.addMember("acme", user, "read:report", "delete:report");
        signIn(SIGN_IN);
        assertThat(send(http, HttpMethod.DELETE, "reports")).isEqualTo("200 deleted");
        assertThat(scopes()).containsExactly("delete:report", "read:report");

        box.addMember("acme", user, "read:report");

        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(send(http, HttpMethod.GET, "reports")).isEqualTo("200 reports");
            assertThat(scopes()).containsExactly("read:report");
        });
        for (int i = 0; i < 3; i++) {
            assertThat(send(http, HttpMethod.GET, "reports")).isEqualTo("200 reports");
        }
        assertThat(send(http, HttpMethod.DELETE, "reports")).startsWith("403 ");
        assertThat(refreshes()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Http.class)
    void scopeThatIsNewThenTheUserConsentsAndTheRequestIsGranted(Http http) {
        box.addMember("acme", user, "read:report");
        signIn(SIGN_IN);
        assertThat(send(http, HttpMethod.GET, "reports")).isEqualTo("200 reports");
        assertThat(send(http, HttpMethod.GET, "export")).startsWith("403 ");

        box.addMember("acme", user, "read:report", "export:report");

        AtomicReference<ConsentRequiredException> required = new AtomicReference<>();
        await().atMost(PATIENCE).until(() -> {
            try {
                assertThat(send(http, HttpMethod.GET, "export")).startsWith("403 ");
                return false;
            } catch (ConsentRequiredException e) {
                required.set(e);
                return true;
            }
        });
        assertThat(required.get().scopes()).containsExactly("export:report");
        assertThat(required.get().getClientRegistrationId()).isEqualTo("logto");

        signIn(SIGN_IN + " export:report");
        assertThat(send(http, HttpMethod.GET, "export")).isEqualTo("200 exported");
        assertThat(scopes()).containsExactly("export:report", "read:report");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Api {

        @RestController
        static class Reports {

            @GetMapping("/organizations/{organizationId}/reports")
            @RequiresScopes("read:report")
            String reports() {
                return "reports";
            }

            @DeleteMapping("/organizations/{organizationId}/reports")
            @RequiresScopes("delete:report")
            String delete() {
                return "deleted";
            }

            @GetMapping("/organizations/{organizationId}/export")
            @RequiresScopes("export:report")
            String export() {
                return "exported";
            }
        }
    }
}
