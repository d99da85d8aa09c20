package io.scopeguard.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.RequiresScopes;
import io.scopeguard.spring.autoconfigure.LogtoAutoConfiguration;
import io.scopeguard.spring.autoconfigure.ScopeGuardAutoConfiguration;
import io.scopeguard.spring.autoconfigure.SharingAutoConfiguration;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Two replicas of an application beside each other. */
class SharingApplicationTests {

    private static final String[] SETTINGS = {
        "scope-guard.logto.endpoint=http://localhost:1",
        "scope-guard.logto.app-id=id",
        "scope-guard.logto.app-secret=secret",
        "scope-guard.shared.enabled=true"
    };

    private static final String KEY = "a-signing-key-of-the-webhook";

    /** Ages are real ones here, since they are measured by the time of Redis; the provider's clock stands still. */
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
                        "spring.data.redis.port",
                        String.valueOf(redis.port())),
                Api.class);
        await().atMost(Replica.PATIENCE)
                .until(() -> api.bean(ReplicaSharing.class).isReachable());
        return api;
    }

    @Test
    void aWebhookAtOneReplicaBindsAtTheOther() throws Exception {
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
    }

    @Test
    void bothReplicasCountAndSeeEachOther() {
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
                    timeout=3s             | scope-guard.shared.timeout
                    pause=0s               | scope-guard.shared.pause
                    prefix=a b             | scope-guard.shared.prefix
                    connection-factory=cat | scope-guard.shared.connection-factory
                    """)
    void startWhenASettingIsWrongThenItIsNamed(String setting, String property) {
        runner().withPropertyValues("scope-guard.shared." + setting)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidSettingException.class)
                        .hasMessageContaining(property));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Api {

        @RestController
        static class Reports {

            @RequiresScopes("read:report")
            @GetMapping("/organizations/{organizationId}/reports")
            String reports() {
                return "ok";
            }
        }
    }
}
