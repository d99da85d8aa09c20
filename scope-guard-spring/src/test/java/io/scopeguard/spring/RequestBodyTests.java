package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.config.Customizer.withDefaults;

import io.scopeguard.spring.authorization.AuthenticatedOrPublicAuthorizationManager;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The guard never reads a request body, because handlers of signed webhooks need the bytes as they were sent. */
class RequestBodyTests {

    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String BODY = "payload=%7B%22type%22%3A%22x%22%7D&token=a%20b+c&access_token=abc&access_token"
            + "&%zz=%&=&&\u00e9=\u4e2d\r\n";

    private static final List<String> TYPES = List.of(
            FORM,
            FORM + "; charset=utf-8",
            "APPLICATION/X-WWW-FORM-URLENCODED;charset=ISO-8859-1",
            "multipart/form-data; boundary=x",
            "multipart/form-data",
            "application/json",
            "text/plain");

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static final Map<String, RunningApi> apis = new LinkedHashMap<>();

    private final String acme = TenantServer.newId("acme");
    private final String user = tenant.newUser();

    @BeforeAll
    static void start() {
        // Spring Boot's own filter parses forms that are sent with these methods, with or without Scope Guard.
        List<String> allMethods = List.of("spring.mvc.formcontent.filter.enabled", "false");
        apis.put("default chain", RunningApi.start(tenant, clock, allMethods, Handlers.class));
        apis.put("own chain", RunningApi.start(tenant, clock, allMethods, Handlers.class, OwnChain.class));
        apis.put("stock chain", RunningApi.start(tenant, clock, allMethods, Handlers.class, StockChain.class));
    }

    @AfterAll
    static void stop() {
        apis.values().forEach(RunningApi::close);
        tenant.close();
    }

    @BeforeEach
    void join() {
        tenant.join(acme, user, "read:report");
        clock.advance(Duration.ofMinutes(1));
    }

    static Stream<Arguments> publicHandlers() {
        return Stream.of("default chain", "own chain")
                .flatMap(api -> Stream.of("POST", "PUT", "PATCH", "DELETE")
                        .flatMap(method -> TYPES.stream().map(type -> Arguments.of(api, method, type))));
    }

    @ParameterizedTest
    @MethodSource("publicHandlers")
    void requestWhenTheHandlerIsPublicThenItReadsTheBodyAsSent(String api, String method, String type) {
        Reply reply = apis.get(api).send(method, "/public/raw?a=b", BODY, "Content-Type", type);

        assertThat(reply.body()).isEqualTo(hex(BODY));
    }

    static Stream<Arguments> guardedHandlers() {
        return apis.keySet().stream()
                .flatMap(api -> Stream.of("POST", "PUT")
                        .flatMap(method -> TYPES.stream().map(type -> Arguments.of(api, method, type))));
    }

    @ParameterizedTest
    @MethodSource("guardedHandlers")
    void requestWhenTheHandlerIsGuardedThenItReadsTheBodyAsSent(String api, String method, String type) {
        String path = "/organizations/" + acme + "/raw";
        String token = tenant.organizationToken(acme, user, "read:report").signed();

        Reply reply = apis.get(api).send(method, path, BODY, "Content-Type", type, "Authorization", "Bearer " + token);

        assertThat(reply.body()).isEqualTo(hex(BODY));
    }

    @ParameterizedTest
    @FieldSource("FORM_TYPES")
    void postWhenTheBodyIsAFormThenTheApplicationParsesIt(String type) {
        Reply reply = apis.get("default chain").send("POST", "/public/parsed?b=2", "a=1&c=%20", "Content-Type", type);

        assertThat(reply.body()).isEqualTo("1 2  ");
    }

    static final List<String> FORM_TYPES = TYPES.subList(0, 3);

    /** This parameter is neither a credential nor an error: callbacks in the response mode form_post contain it. */
    @Test
    void postWhenTheFormContainsATokenThenItIsAnOrdinaryParameter() {
        String token = tenant.organizationToken(acme, user, "read:report").signed();
        RunningApi api = apis.get("default chain");
        String form = "access_token=" + token;

        assertThat(api.send("POST", "/public/callback", form, "Content-Type", FORM)
                        .body())
                .isEqualTo(token);
        Reply refused = api.send("POST", "/organizations/" + acme + "/raw", form, "Content-Type", FORM);
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.body()).contains("missing-token", "Send a bearer token in the Authorization header.");
        Reply granted = api.send(
                "POST",
                "/organizations/" + acme + "/raw",
                "access_token=other",
                "Content-Type",
                FORM,
                "Authorization",
                "Bearer " + token);
        assertThat(granted.body()).isEqualTo(hex("access_token=other"));
    }

    /** The query is read as text. */
    @Test
    void postWhenTheQueryOfAFormRequestContainsATokenThenBadRequest() {
        Reply reply = apis.get("default chain")
                .send("POST", "/public/raw?x=1&access%5Ftoken=abc", "a=b", "Content-Type", FORM);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.body()).contains("invalid-request");
    }

    private static String hex(String body) {
        return HexFormat.of().formatHex(body.getBytes(StandardCharsets.UTF_8));
    }

    @RestController
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Handlers {

        @PublicEndpoint
        @RequestMapping(
                path = "/public/raw",
                method = {RequestMethod.POST, RequestMethod.PUT, RequestMethod.PATCH, RequestMethod.DELETE})
        String raw(HttpServletRequest request) throws IOException {
            return HexFormat.of().formatHex(request.getInputStream().readAllBytes());
        }

        @RequiresScopes("read:report")
        @RequestMapping(
                path = "/organizations/{organizationId}/raw",
                method = {RequestMethod.POST, RequestMethod.PUT})
        String guarded(HttpServletRequest request) throws IOException {
            return raw(request);
        }

        @PublicEndpoint
        @PostMapping("/public/parsed")
        String parsed(@RequestParam String a, @RequestParam String b, @RequestParam String c) {
            return a + ' ' + b + ' ' + c;
        }

        @PublicEndpoint
        @PostMapping("/public/callback")
        String callback(@RequestParam("access_token") String token) {
            return token;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnChain {

        @Bean
        SecurityFilterChain own(HttpSecurity http, AuthenticatedOrPublicAuthorizationManager authenticatedOrPublic) {
            return http.oauth2ResourceServer(resourceServer -> resourceServer.jwt(withDefaults()))
                    .csrf(AbstractHttpConfigurer::disable)
                    .authorizeHttpRequests(requests -> requests.anyRequest().access(authenticatedOrPublic))
                    .build();
        }
    }

    /** With CSRF protection, which reads its token from the form unless there is a bearer token. */
    @Configuration(proxyBeanMethods = false)
    static class StockChain {

        @Bean
        SecurityFilterChain stock(HttpSecurity http) {
            return http.oauth2ResourceServer(resourceServer -> resourceServer.jwt(withDefaults()))
                    .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .build();
        }
    }
}
