package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.config.Customizer.withDefaults;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.scopeguard.spring.support.Recording;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.Sampled;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

/** Deliveries over HTTP: authentication, responses, and the effect of reported changes long before max-age. */
@ExtendWith(OutputCaptureExtension.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LogtoWebhookTests {

    private static final String PATH = "/scope-guard/webhooks/logto";
    private static final String KEY = "kZ4AUZzEtxHfvbkGRKDf1XrKW0krWywQ";
    private static final String SIGNATURE = "logto-signature-sha-256";
    private static final List<String> SETTINGS = List.of(
            "scope-guard.logto.webhook.signing-keys[0]",
            "the-key-before",
            "scope-guard.logto.webhook.signing-keys[1]",
            KEY,
            "scope-guard.permissions.max-age",
            "24h",
            "scope-guard.permissions.max-stale",
            "24h");

    /** The time of the recorded deliveries. */
    private static final Instant RECORDED = Instant.parse("2026-11-21T07:54:00Z");

    private static final MovableClock clock = new MovableClock(RECORDED);
    private static final TenantServer tenant = new TenantServer(clock);
    private static final RunningApi api = RunningApi.start(tenant, clock, SETTINGS, GuardedApi.class, Meters.class);

    private final String acme = TenantServer.newId("acme");
    private final String user = tenant.newUser();
    private final Map<String, Double> before = totals();

    @AfterAll
    static void stop() {
        api.close();
        tenant.close();
    }

    /** Lets time pass, so that deliveries of other tests do not count toward the limit. */
    @AfterEach
    void timePasses() {
        clock.advance(Duration.ofSeconds(10));
    }

    // The effect of a delivery

    @Test
    void deliverWhenTheMemberWasRemovedThenTheNextRequestIsForbidden() {
        TestToken token = memberWhoWasSeen();
        tenant.leave(acme, user);
        assertThat(reports(token).status()).isEqualTo(200);

        assertThat(deliver(membership("removedUserIds", user)).status()).isEqualTo(204);

        Reply refused = reports(token);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body()).contains("not-a-member");
    }

    @Test
    void deliverWhenTheUserWasSuspendedThenTheNextRequestIsUnauthorized() {
        TestToken token = memberWhoWasSeen();
        tenant.suspend(user);
        assertThat(reports(token).status()).isEqualTo(200);

        deliver(event("User.SuspensionStatus.Updated", "\"params\":{\"userId\":\"" + user + "\"}"));

        assertThat(reports(token).status()).isEqualTo(401);
    }

    @Test
    void deliverWhenTheOrganizationWasDeletedThenTheNextRequestIsForbidden() {
        TestToken token = memberWhoWasSeen();
        tenant.leave(acme, user);

        deliver(event("Organization.Deleted", "\"params\":{\"id\":\"" + acme + "\"}"));

        assertThat(reports(token).status()).isEqualTo(403);
    }

    /** A delivery only causes a read. The provider's answer decides. */
    @Test
    void deliveryWhenForgedWithTheKeyThenChangesNoPermission() {
        TestToken token = memberWhoWasSeen();

        deliver(membership("removedUserIds", user));

        assertThat(reports(token).status()).isEqualTo(200);
    }

    @Test
    void deliverWhenTheChangeDoesNotConcernTheUserThenNotReadAgain() {
        TestToken token = memberWhoWasSeen();
        int calls = tenant.calls().size();

        deliver(membership("removedUserIds", tenant.newUser()));
        deliver(event("Organization.Deleted", "\"params\":{\"id\":\"globex\"}"));
        deliver(event("User.Data.Updated", "\"params\":{\"userId\":\"" + user + "\"}"));

        assertThat(reports(token).status()).isEqualTo(200);
        assertThat(tenant.calls()).hasSize(calls);
    }

    /** First, because the time of these deliveries is fixed. */
    @Order(0)
    @ParameterizedTest
    @ValueSource(
            strings = {"009-Organization.Membership.Updated", "043-User.SuspensionStatus.Updated", "045-PostSignIn"})
    void deliverWhenRecordedThenAccepted(String name) {
        Recording delivery = Recording.of("webhooks/" + name);
        String body = delivery.exchange().get("rawBody").stringValue();
        String signature =
                delivery.exchange().at("/request/headers/" + SIGNATURE).stringValue();
        assertThat(post(body, SIGNATURE, signature).status()).isEqualTo(204);

        String event = name.endsWith("PostSignIn") ? "other" : name.substring(4);
        assertThat(counted()).isEqualTo(Map.of(event + (event.equals("other") ? " ignored" : " applied"), 1.0));
    }

    // Responses to other requests

    @Test
    void deliverWhenTheSignatureIsWrongThenUnauthorized() {
        String body = membership("removedUserIds", user);
        String signature = sign(KEY, body);

        assertThat(post(body).header("WWW-Authenticate")).isEqualTo("logto-signature-sha-256");
        assertThat(post(body, SIGNATURE, "").status()).isEqualTo(401);
        assertThat(post(body, SIGNATURE, sign("guessed", body)))
                .returns(401, Reply::status)
                .returns("logto-signature-sha-256", reply -> reply.header("WWW-Authenticate"));
        assertThat(post(body + " ", SIGNATURE, signature).status()).isEqualTo(401);
        assertThat(post(body, SIGNATURE, signature.toUpperCase(Locale.ROOT)).status())
                .isEqualTo(401);
        assertThat(counted()).isEqualTo(Map.of("other unauthenticated", 5.0));
    }

    @Test
    void deliverWhenSignedWithTheKeyBeforeThenAccepted() {
        String body = membership("removedUserIds", user);

        assertThat(post(body, SIGNATURE, sign("the-key-before", body)).status()).isEqualTo(204);
    }

    @Test
    void deliverWhenRepeatedThenAnsweredWithoutEffect() {
        TestToken token = memberWhoWasSeen();
        String body = membership("removedUserIds", user);
        deliver(body);
        reports(token);
        int calls = tenant.calls().size();
        clock.advance(Duration.ofSeconds(1));

        assertThat(deliver(body).status()).isEqualTo(204);

        reports(token);
        assertThat(tenant.calls()).hasSize(calls);
        assertThat(counted())
                .isEqualTo(Map.of(
                        "Organization.Membership.Updated applied", 1.0,
                        "Organization.Membership.Updated replayed", 1.0));
    }

    @Test
    void deliverWhenLateThenTheChangeStillTakesEffect() {
        TestToken token = memberWhoWasSeen();
        String body = membership("removedUserIds", user);
        clock.advance(Duration.ofMinutes(10));
        tenant.leave(acme, user);

        assertThat(deliver(body).status()).isEqualTo(204);

        assertThat(reports(token).status()).isEqualTo(403);
        assertThat(counted()).isEqualTo(Map.of("Organization.Membership.Updated untimely", 1.0));
    }

    @Test
    void deliverWhenASecondOneAffectsAllUsersThenTooManyRequests() {
        assertThat(deliver(event("User.Deleted", "\"data\":1")).status()).isEqualTo(204);
        assertThat(deliver(event("User.Deleted", "\"data\":2")).status()).isEqualTo(429);
    }

    @Test
    void deliveryWhenItIsNoEventThenBadRequest() {
        assertThat(deliver("{\"event\":").status()).isEqualTo(400);
        assertThat(deliver("").status()).isEqualTo(400);
    }

    @Test
    void deliverWhenTheBodyIsTooLargeThenRefused() {
        String huge = membership("removedUserIds", "u".repeat(1024 * 1024));
        String head = "POST " + PATH + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + SIGNATURE + ": "
                + "0".repeat(64) + "\r\n";

        assertThat(deliver(huge).status()).isEqualTo(413);
        // An announced body that does not arrive.
        assertThat(api.raw(head + "Content-Length: 10000000000\r\nExpect: 100-continue\r\n\r\n"))
                .contains("HTTP/1.1 413");
        // An unannounced body is also rejected.
        assertThat(api.raw(
                        head + "Transfer-Encoding: chunked\r\n\r\n100001\r\n" + "u".repeat(0x100001) + "\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 413");
        assertThat(counted()).isEqualTo(Map.of("other too_large", 3.0));
    }

    @Test
    void deliverWhenTheBodyIsTruncatedThenBadRequest() {
        String body = membership("removedUserIds", user);

        assertThat(api.raw("POST " + PATH + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + SIGNATURE + ": "
                        + sign(KEY, body) + "\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{\"event\":\r\nnonsense"))
                .startsWith("HTTP/1.1 400");
        assertThat(counted()).isEqualTo(Map.of("other malformed", 1.0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
    void requestWhenTheMethodIsNotPostThenMethodNotAllowed(String method) {
        Reply reply = api.send(method, PATH, null);

        assertThat(reply.status()).isEqualTo(405);
        assertThat(reply.header("Allow")).isEqualTo("POST");
        assertThat(counted()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {PATH + "/", PATH + "/x", "/scope-guard/webhooks/LOGTO", "/scope-guard/webhooks"})
    void postWhenThePathDiffersThenUnauthorized(String path) {
        String body = membership("removedUserIds", user);

        assertThat(api.send("POST", path, body, SIGNATURE, sign(KEY, body)).status())
                .isEqualTo(401);
        assertThat(counted()).isEmpty();
    }

    /** The signature covers the bytes, regardless of the content type. */
    @ParameterizedTest
    @ValueSource(
            strings = {"application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"})
    void deliverWhenTheContentTypeIsAnyThenAccepted(String type) {
        String body = membership("removedUserIds", user);

        assertThat(post(body, SIGNATURE, sign(KEY, body), "Content-Type", type).status())
                .isEqualTo(204);
    }

    /** There are more unfinished requests than the server has threads. */
    @Test
    void getWhenManyDeliveriesAreSlowThenTheApiStillAnswers() throws IOException {
        List<String> settings = List.of(
                "scope-guard.logto.webhook.signing-keys",
                KEY,
                "server.tomcat.threads.max",
                "8",
                "server.tomcat.connection-timeout",
                "30m");
        List<Socket> strangers = new ArrayList<>();
        try (RunningApi small = RunningApi.start(tenant, clock, settings, GuardedApi.class)) {
            for (int i = 0; i < 230; i++) {
                strangers.add(dripping(small.port(), i % 2 == 0 ? "0".repeat(64) : "guessed"));
            }

            assertThat(small.getAsStranger("/public").status()).isEqualTo(200);
            String body = membership("removedUserIds", user);
            assertThat(small.send("POST", PATH, body, SIGNATURE, sign(KEY, body))
                            .status())
                    .isEqualTo(204);
            // Closed before the application, whose shutdown would wait for them.
            for (Socket stranger : strangers) {
                stranger.close();
            }
        }
    }

    private static Socket dripping(int port, String signature) throws IOException {
        Socket socket = new Socket("localhost", port);
        String head = "POST " + PATH + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n" + SIGNATURE + ": "
                + signature + "\r\n\r\n{";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    @Test
    void deliverThenNoIdAndNoKeyIsLogged(CapturedOutput output) {
        deliver(membership("removedUserIds", user));
        post(membership("addedUserIds", user), SIGNATURE, sign("guessed", "x"));
        deliver("{\"event\":\"" + user);

        assertThat(output.getAll()).doesNotContain(user).doesNotContain(acme).doesNotContain(KEY);
    }

    // The path of the endpoint

    @Test
    void deliverWhenThereIsNoKeyThenUnauthorized() {
        try (RunningApi without = RunningApi.start(tenant, clock, List.of(), GuardedApi.class)) {
            String body = membership("removedUserIds", user);

            Reply reply = without.send("POST", PATH, body, SIGNATURE, sign(KEY, body));

            assertThat(reply.status()).isEqualTo(401);
            assertThat(reply.body()).contains("missing-token");
        }
    }

    @Sampled
    @ParameterizedTest
    @CsvSource({"'', ''", "/ctx, ''", "'', /v1", "/ctx, /v1"})
    void deliverWhenTheApplicationHasPathsAndChainsOfItsOwnThenAccepted(String contextPath, String servletPath) {
        String path = contextPath + "/hooks/logto";
        List<String> settings = List.of(
                "scope-guard.logto.webhook.signing-keys",
                KEY,
                "scope-guard.logto.webhook.path",
                "/hooks/logto",
                "server.servlet.context-path",
                contextPath,
                "spring.mvc.servlet.path",
                servletPath.isEmpty() ? "/" : servletPath);
        try (RunningApi elsewhere = RunningApi.start(tenant, clock, settings, GuardedApi.class, OwnChain.class)) {
            String body = membership("removedUserIds", user);

            assertThat(elsewhere
                            .send("POST", path, body, SIGNATURE, sign(KEY, body))
                            .status())
                    .isEqualTo(204);
            assertThat(elsewhere.send("POST", path, body).status()).isEqualTo(401);
            assertThat(elsewhere
                            .getAsStranger(contextPath + servletPath + "/me")
                            .status())
                    .isEqualTo(401);
        }
    }

    private TestToken memberWhoWasSeen() {
        tenant.join(acme, user, "read:report");
        clock.advance(Duration.ofSeconds(1));
        TestToken token = tenant.organizationToken(acme, user, "read:report");
        clock.advance(Duration.ofSeconds(1));
        assertThat(reports(token).status()).isEqualTo(200);
        clock.advance(Duration.ofSeconds(1));
        return token;
    }

    private Reply reports(TestToken token) {
        return api.get("/organizations/" + acme + "/reports", token);
    }

    private Reply deliver(String body) {
        return post(body, SIGNATURE, sign(KEY, body));
    }

    private Reply post(String body, String... headers) {
        return api.send("POST", PATH, body, headers);
    }

    private String membership(String list, String id) {
        return event(
                "Organization.Membership.Updated",
                "\"organizationId\":\"" + acme + "\",\"" + list + "\":[\"" + id + "\"]");
    }

    private String event(String name, String members) {
        return "{\"event\":\"" + name + "\",\"createdAt\":\"" + clock.instant() + "\"," + members + "}";
    }

    /** The deliveries of this test, by event and outcome. */
    private Map<String, Double> counted() {
        Map<String, Double> counted = totals();
        before.forEach((delivery, count) -> counted.merge(delivery, -count, Double::sum));
        counted.values().removeIf(count -> count == 0);
        return counted;
    }

    private static Map<String, Double> totals() {
        Map<String, Double> totals = new TreeMap<>();
        for (Counter counter :
                api.bean(MeterRegistry.class).find("scopeguard.webhooks").counters()) {
            totals.put(counter.getId().getTag("event") + " " + counter.getId().getTag("outcome"), counter.count());
        }
        return totals;
    }

    private static String sign(String key, String body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Meters {

        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }
    }

    /** Spring Security's defaults: all requests need a token, and forms need a CSRF token. */
    @Configuration(proxyBeanMethods = false)
    static class OwnChain {

        @Bean
        @org.springframework.core.annotation.Order(Ordered.HIGHEST_PRECEDENCE + 1)
        SecurityFilterChain own(HttpSecurity http) {
            return http.oauth2ResourceServer(resourceServer -> resourceServer.jwt(withDefaults()))
                    .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .build();
        }
    }
}
