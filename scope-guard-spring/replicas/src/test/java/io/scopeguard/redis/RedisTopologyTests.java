package io.scopeguard.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.SslOptions;
import io.scopeguard.permission.fact.FactHistory;
import io.scopeguard.permission.fact.FactKey.MembershipKey;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.EventReceiver.Outcome;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Scopes;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisClusterNode;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** The ways in which a Redis can be set up. In each of them, everything is shared. */
@Tag("thorough")
class RedisTopologyTests {

    private static final int SLOTS = 16_384;

    private final Company company = new Company();

    @Test
    void shareWhenTheUserHasTheDocumentedRightsThenNoCommandIsRefused() {
        try (TestRedis redis = new TestRedis()) {
            LettuceConnectionFactory administrator = redis.connections();
            execute(
                    administrator,
                    "ACL",
                    "SETUSER scope-guard on >password ~test:* ~{test:* -@all +@read +@write +@scripting +@connection"
                            + " +time -@dangerous");
            administrator.destroy();
            RedisStandaloneConfiguration user = redis.configuration();
            user.setUsername("scope-guard");
            user.setPassword("password");

            shareThrough(() -> factory(user, TestRedis.client().build()));

            LettuceConnectionFactory factory = factory(user, TestRedis.client().build());
            try (RedisConnection connection = factory.getConnection()) {
                byte[] other = "other".getBytes(StandardCharsets.UTF_8);
                assertThatThrownBy(() -> connection.stringCommands().get(other)).hasStackTraceContaining("NOPERM");
            } finally {
                factory.destroy();
            }
        }
    }

    @Test
    void shareWhenConnectionsAreEncryptedThenTheCertificateIsChecked(@TempDir Path folder) throws Exception {
        SelfSigned server = SelfSigned.create(folder);
        int port = TestRedis.freePort();
        try (TestRedis redis = new TestRedis(
                "tls-port " + port,
                "tls-auth-clients no",
                "tls-cert-file " + server.certificate(),
                "tls-key-file " + server.key(),
                "tls-ca-cert-file " + server.certificate())) {
            assertThat(redis.port()).isNotEqualTo(port);
            RedisStandaloneConfiguration encrypted = new RedisStandaloneConfiguration("127.0.0.1", port);

            shareThrough(() -> factory(encrypted, encrypted(server.certificate())));

            LettuceConnectionFactory distrusting =
                    factory(encrypted, TestRedis.client().useSsl().and().build());
            assertThatThrownBy(distrusting::getConnection).hasStackTraceContaining("SSLHandshakeException");
            distrusting.destroy();
        }
    }

    private static LettuceClientConfiguration encrypted(File certificate) {
        SslOptions trust =
                SslOptions.builder().jdkSslProvider().trustManager(certificate).build();
        return TestRedis.client()
                .clientOptions(ClientOptions.builder().sslOptions(trust).build())
                .useSsl()
                .build();
    }

    @Test
    void shareWhenRedisIsAClusterThenTheKeysOfEachScriptAreInOneSlot(@TempDir Path folder) {
        try (TestRedis redis =
                new TestRedis("cluster-enabled yes", "cluster-config-file " + folder.resolve("nodes.conf"))) {
            LettuceConnectionFactory administrator = redis.connections();
            try (RedisConnection connection = administrator.getConnection()) {
                byte[][] slots = IntStream.range(-1, SLOTS)
                        .mapToObj(slot -> slot < 0 ? "ADDSLOTS" : String.valueOf(slot))
                        .map(text -> text.getBytes(StandardCharsets.UTF_8))
                        .toArray(byte[][]::new);
                connection.execute("CLUSTER", slots);
                byte[] any = "any".getBytes(StandardCharsets.UTF_8);
                await().atMost(Replica.PATIENCE)
                        .ignoreExceptions()
                        .until(() ->
                                Boolean.TRUE.equals(connection.stringCommands().set(any, any)));
            } finally {
                administrator.destroy();
            }
            RedisClusterConfiguration cluster =
                    new RedisClusterConfiguration().clusterNode(new RedisClusterNode("127.0.0.1", redis.port()));

            shareThrough(() -> factory(cluster, TestRedis.client().build()));
        }
    }

    @Test
    void shareWhenSentinelPromotesAnotherServerThenSharingGoesOnAndLossesHold(@TempDir Path folder) throws Exception {
        try (TestRedis main = new TestRedis("repl-diskless-sync yes", "repl-diskless-sync-delay 0");
                TestRedis spare = new TestRedis("replicaof 127.0.0.1 " + main.port(), "dir " + folder);
                TestSentinel sentinel = TestSentinel.start(main, folder)) {
            RedisSentinelConfiguration configuration =
                    new RedisSentinelConfiguration().master(TestSentinel.NAME).sentinel("127.0.0.1", sentinel.port());
            Supplier<LettuceConnectionFactory> connections =
                    () -> factory(configuration, TestRedis.client().build());
            company.rolesOf.put("alice", Set.of("reader"));
            try (Replica first = Replica.start(connections.get(), company, Replica.settings(null));
                    Replica second = Replica.start(connections.get(), company, Replica.settings(null))) {
                second.awaitSharing(first, company);
                company.rolesOf.remove("alice");
                assertThat(first.get("alice").granted()).isEqualTo(Scopes.none());

                sentinel.promote(spare);
                main.stop();

                second.awaitSharing(first, company);
                company.isDown = true;
                assertThat(second.get("alice").granted()).isEqualTo(Scopes.none());
            }
        }
    }

    @Test
    void shareWhenTwoServersAcceptWritesThenEachSideReadsForItselfAndLossesHold() {
        company.rolesOf.put("alice", Set.of("reader"));
        try (TestRedis one = new TestRedis();
                TestRedis other = new TestRedis();
                Replica first = Replica.start(one, company);
                Replica second = Replica.start(other, company)) {
            first.get("alice");
            second.get("alice");
            assertThat(company.calls("membership")).isEqualTo(2);
            company.rolesOf.remove("alice");

            assertThat(first.deliver("alice")).isEqualTo(Outcome.APPLIED);

            assertThat(first.get("alice").granted()).isEqualTo(Scopes.none());
            assertThat(List.of(first.part.replicas(), second.part.replicas())).containsOnly(1);
            String alice = new MembershipKey(Subject.Type.USER, "alice", "acme").name();
            await().atMost(Replica.PATIENCE).until(() -> {
                FactHistory shared =
                        first.part.histories().recall(Set.of(alice)).get(alice);
                return shared != null && !shared.losses().isEmpty();
            });
            try (Replica third = Replica.start(one, company)) {
                company.isDown = true;
                assertThat(third.get("alice").granted()).isEqualTo(Scopes.none());
            }
        }
    }

    private void shareThrough(Supplier<LettuceConnectionFactory> connections) {
        company.rolesOf.put("alice", Set.of("reader"));
        try (Replica first = Replica.start(connections.get(), company, Replica.settings(null));
                Replica second = Replica.start(connections.get(), company, Replica.settings(null))) {
            first.get("alice");
            second.get("alice");
            second.awaitSharing(first, company);
            company.rolesOf.remove("alice");
            assertThat(first.deliver("alice")).isEqualTo(Outcome.APPLIED);
            await().atMost(Replica.PATIENCE).until(() -> second.events.changes.get() > 0);
            assertThat(second.get("alice").granted()).isEqualTo(Scopes.none());
            first.sharing.budget("company", "tenant", 10).take(CallContext.FOREGROUND);
            assertThat(List.of(first.events.commands.keySet(), second.events.commands.keySet()))
                    .containsOnly(Set.of("ok"));
        }
    }

    private static LettuceConnectionFactory factory(RedisConfiguration redis, LettuceClientConfiguration client) {
        LettuceConnectionFactory factory = new LettuceConnectionFactory(redis, client);
        factory.afterPropertiesSet();
        factory.start();
        return factory;
    }

    private static void execute(LettuceConnectionFactory factory, String command, String arguments) {
        byte[][] words = List.of(arguments.split(" ")).stream()
                .map(word -> word.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
        try (RedisConnection connection = factory.getConnection()) {
            connection.execute(command, words);
        }
    }
}
