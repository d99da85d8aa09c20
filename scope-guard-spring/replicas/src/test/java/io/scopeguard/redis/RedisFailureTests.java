package io.scopeguard.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.scopeguard.provider.EventReceiver.Outcome;
import io.scopeguard.scope.Scopes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Replicas beside a Redis that runs and is of no use. */
class RedisFailureTests {

    private static TestRedis redis;
    private static LettuceConnectionFactory administrator;

    private final Company company = new Company();
    private Replica first;
    private Replica second;

    /** What is wrong with Redis, and how that ends. */
    private enum Trouble {
        /** Commands are not answered, and connections stay. */
        SLOW("CLIENT PAUSE 600000 WRITE", "CLIENT UNPAUSE"),

        /** Writes are refused, because the memory is used up and no key may be evicted. */
        FULL("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0"),

        /** The password of the user was changed, or its rights were. */
        FORBIDDEN("ACL SETUSER default -@scripting", "ACL SETUSER default +@scripting");

        private final String begin;
        private final String end;

        Trouble(String begin, String end) {
            this.begin = begin;
            this.end = end;
        }
    }

    @BeforeAll
    static void start() {
        redis = new TestRedis("maxmemory-policy noeviction");
        administrator = redis.connections();
    }

    @AfterAll
    static void stop() {
        administrator.destroy();
        redis.close();
    }

    @BeforeEach
    void startReplicas() {
        SharingSettings impatient = Replica.settings(null, Duration.ofMillis(300));
        company.rolesOf.put("alice", Set.of("reader"));
        first = Replica.start(redis, company, impatient);
        second = Replica.start(redis, company, impatient);
    }

    @AfterEach
    void closeReplicas() {
        second.close();
        first.close();
    }

    @ParameterizedTest
    @EnumSource
    void getWhenRedisIsInTroubleThenEachReplicaGoesOnAndAllIsSharedAfterwards(Trouble trouble) {
        first.get("alice");
        second.get("alice");
        try {
            tell(trouble.begin);
            assertThat(first.get(company.newUser()).granted()).isEqualTo(Scopes.of("read:report"));
            first.awaitRedis(false);
            second.awaitRedis(false);
            company.rolesOf.remove("alice");
            assertThat(first.deliver("alice")).isEqualTo(Outcome.UNSHARED);
            assertThat(first.get("alice").granted()).isEqualTo(Scopes.none());
        } finally {
            tell(trouble.end);
        }

        await().atMost(Replica.PATIENCE).until(() -> second.events.changes.get() > 0);
        await().atMost(Replica.PATIENCE)
                .until(() -> second.get("alice").granted().equals(Scopes.none()));
        second.awaitSharing(first, company);
        assertThat(second.get(company.newUser()).history().isComplete()).isTrue();
    }

    private static void tell(String command) {
        String[] words = command.split(" ");
        byte[][] arguments = Arrays.stream(words)
                .skip(1)
                .map(word -> word.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
        try (RedisConnection connection = administrator.getConnection()) {
            connection.execute(words[0], arguments);
        }
    }
}
