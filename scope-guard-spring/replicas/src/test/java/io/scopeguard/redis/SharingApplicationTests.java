package io.scopeguard.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.autoconfigure.LogtoAutoConfiguration;
import io.scopeguard.spring.autoconfigure.ScopeGuardAutoConfiguration;
import io.scopeguard.spring.autoconfigure.SharingAutoConfiguration;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.ReportApi;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Two replicas of an application beside each other. */
class SharingApplicationTests {

    private static final String[] SETTINGS = {
        "scope-guard.logto.endpoint=http://localhost:1",
        "scope-guard.logto.app-id=id",
        "scope-guard.logto.app-secret=secret",
        "scope-guard.shared.enabled=true"
    };

    private static final String KEY = "a-signing-key-of-the-webhook";

    /** The clock of Redis measures the ages here, so they advance with real time; the provider's clock stands still. */
    private static final MovableClock providerClock = new MovableClock(Instant.now());

    private static TestRedis redis;
    private static TenantServer tenant;
    private static RunningApi first;
    private static RunningApi second;

    @BeforeAll
    static void start() {
        redis = new TestRedis();
        tenant = new TenantServer(providerClock);
        first = replica();
        second = replica();
    }

    @AfterAll
    static void stop() {
        second.close();
        first.close();
        tenant.close();
        redis.close();
    }

    private static RunningApi replica() {
        return replica(redis);
    }

    private static RunningApi replica(TestRedis redis) {
        RunningApi api = RunningApi.start(
                tenant,
                Clock.systemUTC(),
                List.of(
                        "scope-guard.shared.enabled",
                        "true",
                        "scope-guard.shared.timeout",
                        "2s",
                        "scope-guard.logto.webhook.signing-keys[0]",
                        KEY,
                        "scope-guard.permissions.max-age",
                        "1h",
                        "scope-guard.permissions.max-stale",
                        "1h",
                        "management.endpoint.health.show-details",
                        "always",
                        "management.health.redis.enabled",
                        "false",
                        "spring.data.redis.port",
                        String.valueOf(redis.port())),
                ReportApi.class);
        await().atMost(Replica.PATIENCE)
                .until(() -> api.bean(ReplicaSharing.class).isReachable());
        return api;
    }

    @Test
    void getWhenAWebhookReachedTheOtherReplicaThenForbidden() throws Exception {
        String organization = TenantServer.newId("org");
        String user = tenant.newUser();
        tenant.join(organization, user, "read:report");
        TestToken token = tenant.organizationToken(organization, user, "read:report");
        String path = "/organizations/" + organization + "/reports";
        assertThat(first.get(path, token).status()).isEqualTo(200);
        assertThat(second.get(path, token).status()).isEqualTo(200);
        tenant.leave(organization, user);
        assertThat(second.get(path, token).status()).isEqualTo(200);

        assertThat(deliver(first, organization, user)).isEqualTo(204);

        await().atMost(Replica.PATIENCE).until(() -> second.get(path, token).status() == 403);
        MeterRegistry meters = second.bean(MeterRegistry.class);
        assertThat(meters.get("scopeguard.shared.lag").timer().count()).isPositive();
        assertThat(meters.get("scopeguard.shared.reads").tag("source", "replica").counters().stream()
                        .mapToDouble(Counter::count)
                        .sum())
                .isPositive();
    }

    @Test
    void startWhenThereAreTwoReplicasThenHealthAndMetersShowBoth() {
        await().atMost(Replica.PATIENCE)
                .until(() -> first.bean(ReplicaSharing.class).replicas() == 2
                        && second.bean(ReplicaSharing.class).replicas() == 2);

        Health health = first.bean("scopeGuardSharedHealthIndicator", HealthIndicator.class)
                .health();
        assertThat(Objects.requireNonNull(health).getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails()).containsEntry("replicas", 2).containsEntry("reachable", true);
        MeterRegistry meters = first.bean(MeterRegistry.class);
        assertThat(meters.get("scopeguard.shared.replicas").gauge().value()).isEqualTo(2);
        assertThat(meters.get("scopeguard.shared.reachable").gauge().value()).isEqualTo(1);
        assertThat(meters.get("scopeguard.shared.commands")
                        .tag("outcome", "ok")
                        .timer()
                        .count())
                .isPositive();
    }

    /** The connections are closed before the beans are. */
    @Test
    void closeThenTheReplicaIsSignedOff() {
        try (TestRedis own = new TestRedis()) {
            RunningApi api = replica(own);
            assertThat(presentReplicas(own)).isEqualTo(1);

            api.close();

            assertThat(presentReplicas(own)).isZero();
        }
    }

    private static long presentReplicas(TestRedis redis) {
        LettuceConnectionFactory factory = redis.connections();
        try (RedisConnection connection = factory.getConnection()) {
            return Objects.requireNonNull(connection.keyCommands().keys("*}replicas".getBytes(StandardCharsets.UTF_8)))
                    .stream()
                    .mapToLong(key ->
                            Objects.requireNonNull(connection.zSetCommands().zCard(key)))
                    .sum();
        } finally {
            factory.destroy();
        }
    }

    /** As a context is in a test, or by CRaC. */
    @Test
    void startWhenTheConnectionsWereStoppedThenSharedAgain() {
        try (TestRedis own = new TestRedis();
                RunningApi api = replica(own)) {
            ReplicaSharing sharing = api.bean(ReplicaSharing.class);
            LettuceConnectionFactory factory = api.bean(LettuceConnectionFactory.class);
            assertThat(sharing.getPhase()).isGreaterThan(factory.getPhase());
            sharing.stop();
            factory.stop();
            assertThat(sharing.isReachable()).isFalse();

            factory.start();
            sharing.start();

            await().atMost(Replica.PATIENCE).until(sharing::isReachable);
        }
    }

    /** Spring Boot's own indicator of Redis would take the application down; it is switched off here. */
    @Test
    void healthWhenRedisIsDownThenDegradedAndTheApplicationIsUp() {
        try (TestRedis own = new TestRedis();
                RunningApi api = replica(own)) {
            assertThat(sharedHealth(api).path("status").asString()).isEqualTo("UP");
            own.stop();
            await().atMost(Replica.PATIENCE)
                    .until(() -> !api.bean(ReplicaSharing.class).isReachable());

            JsonNode component = sharedHealth(api);
            assertThat(component.path("status").asString()).isEqualTo("DEGRADED");
            assertThat(component.path("details").path("reachable").asBoolean(true))
                    .isFalse();
        }
    }

    /** The component of an application that is up. */
    private static JsonNode sharedHealth(RunningApi api) {
        Reply reply = api.getAsStranger("/actuator/health");
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        JsonNode health = JsonMapper.shared().readTree(reply.body());
        assertThat(health.path("status").asString()).isEqualTo("UP");
        return health.path("components").path("scopeGuardShared");
    }

    private static int deliver(RunningApi to, String organization, String user) throws GeneralSecurityException {
        String body = "{\"event\":\"Organization.Membership.Updated\",\"createdAt\":\"" + Instant.now()
                + "\",\"data\":null,\"organizationId\":\"" + organization + "\",\"removedUserIds\":[\"" + user + "\"]}";
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(KEY.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        String signature = HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
        return to.send(
                        "POST",
                        "/scope-guard/webhooks/logto",
                        body,
                        "logto-signature-sha-256",
                        signature,
                        "Content-Type",
                        "application/json")
                .status();
    }

    @ParameterizedTest
    @CsvSource({"true, true", "false, false"})
    void healthWhenItIsSwitchedOffThenNoComponent(boolean enabled, boolean isThere) {
        new WebApplicationContextRunner()
                .withUserConfiguration(Everything.class)
                .withPropertyValues(SETTINGS)
                .withPropertyValues("management.health.scopeGuardShared.enabled=" + enabled)
                .run(context -> assertThat(context.containsBean("scopeGuardSharedHealthIndicator"))
                        .isEqualTo(isThere));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {"-, true", "true, true", "false, false"})
    void startWhenAConnectionFactoryIsNamedThenItIsUsed(@Nullable Boolean enabled, boolean isShared) {
        new WebApplicationContextRunner()
                .withUserConfiguration(Everything.class)
                // Their templates need a single connection factory.
                .withPropertyValues("spring.data.redis.repositories.enabled=false")
                .withPropertyValues(
                        "spring.autoconfigure.exclude=" + DataRedisReactiveAutoConfiguration.class.getName())
                .withBean("orders", LettuceConnectionFactory.class, () -> factory(Duration.ofMillis(100)))
                .withBean("guards", LettuceConnectionFactory.class, () -> factory(Duration.ofMillis(300)))
                .withPropertyValues(Arrays.copyOf(SETTINGS, SETTINGS.length - 1))
                .withPropertyValues("scope-guard.shared.connection-factory=guards")
                .withPropertyValues(enabled == null ? "other=value" : "scope-guard.shared.enabled=" + enabled)
                .run(context -> {
                    assertThat(context.getBeansOfType(ReplicaSharing.class)).hasSize(isShared ? 1 : 0);
                    // Half of the time-out of the connection.
                    context.getBeansOfType(ReplicaSharing.class)
                            .values()
                            .forEach(sharing -> assertThat(sharing.waitMillis()).isEqualTo(150));
                });
    }

    private static LettuceConnectionFactory factory(Duration timeout) {
        return new LettuceConnectionFactory(
                new RedisStandaloneConfiguration("127.0.0.1", redis.port()),
                LettuceClientConfiguration.builder().commandTimeout(timeout).build());
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Everything {}

    private static WebApplicationContextRunner runner() {
        return new WebApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        DataRedisAutoConfiguration.class,
                        SharingAutoConfiguration.class,
                        LogtoAutoConfiguration.class,
                        ScopeGuardAutoConfiguration.class))
                .withPropertyValues(SETTINGS);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    secret=short           | scope-guard.shared.secret
                    timeout=3s             | scope-guard.shared.timeout is 3s
                    pause=0s               | scope-guard.shared.pause
                    prefix=a b             | scope-guard.shared.prefix is 'a b', which is not
                    connection-factory=cat | scope-guard.shared.connection-factory is 'cat', which is not the name of
                    """)
    void startWhenASettingIsWrongThenItIsNamed(String setting, String property) {
        runner().withPropertyValues("scope-guard.shared." + setting)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidSettingException.class)
                        .hasMessageContaining(property));
    }
}
