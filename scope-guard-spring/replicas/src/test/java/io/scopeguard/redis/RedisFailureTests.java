package io.scopeguard.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.scopeguard.permission.fact.FactHistory;
import io.scopeguard.permission.fact.FactKey.MembershipKey;
import io.scopeguard.provider.EventReceiver.Outcome;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Scopes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Replicas beside a Redis that runs and is of no use. */
@Tag("thorough")
class RedisFailureTests {

    private static final Duration PATIENT = Duration.ofSeconds(30);

    private static TestRedis redis;
    private static LettuceConnectionFactory administrator;

    private final Company company = new Company();

    /** What is wrong with Redis, and how that ends. */
    private enum Trouble {
        /** Commands are not answered, and connections stay. */
        SLOW("CLIENT PAUSE 600000 WRITE", "CLIENT UNPAUSE", Duration.ofMillis(500)),

        /** Writes are refused, because the memory is used up and no key may be evicted. */
        FULL("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0", PATIENT),

        /** The password of the user was changed, or its rights were. */
        FORBIDDEN("ACL SETUSER default -@scripting", "ACL SETUSER default +@scripting", PATIENT);

        private final String begin;
        private final String end;
        private final Duration timeout;

        /** @param timeout of commands; long if Redis refuses them at once, since the machine may be busy */
        Trouble(String begin, String end, Duration timeout) {
            this.begin = begin;
            this.end = end;
            this.timeout = timeout;
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

    @ParameterizedTest
    @EnumSource
    void getWhenRedisIsInTroubleThenEachReplicaGoesOnAndAllIsSharedAfterwards(Trouble trouble) {
        // No delivery of another test counts as this one's.
        tell("FLUSHALL");
        company.rolesOf.put("alice", Set.of("reader"));
        SharingSettings settings = Replica.settings(null, trouble.timeout);
        try (Replica first = Replica.start(redis, company, settings);
                Replica second = Replica.start(redis, company, settings)) {
            first.get("alice");
            second.get("alice");
            long seen;
            try {
                tell(trouble.begin);
                assertThat(first.get(company.newUser()).granted()).isEqualTo(Scopes.of("read:report"));
                first.awaitRedis(false);
                second.awaitRedis(false);
                company.rolesOf.remove("alice");
                assertThat(first.deliver("alice")).isEqualTo(Outcome.UNSHARED);
                assertThat(first.get("alice").granted()).isEqualTo(Scopes.none());
                company.rolesOf.put("bob", Set.of("reader"));
                assertThat(first.get("bob").granted()).isEqualTo(Scopes.of("read:report"));
                seen = first.clock().nanos();
                // Neither knows what the other one has seen, and this one reads later.
                assertThat(second.get("bob").granted()).isEqualTo(Scopes.of("read:report"));
                company.rolesOf.put("carol", Set.of("reader", "writer"));
                first.get("carol");
                company.rolesOf.put("carol", Set.of("reader"));
                first.deliver("carol");
                assertThat(first.get("carol").granted()).isEqualTo(Scopes.of("read:report"));
                assertThat(second.get("carol").granted()).isEqualTo(Scopes.of("read:report"));
            } finally {
                tell(trouble.end);
            }

            await().atMost(Replica.PATIENCE).until(() -> second.events.changes.get() > 0);
            assertThat(second.get("alice").granted()).isEqualTo(Scopes.none());
            second.awaitSharing(first, company);
            assertThat(second.get(company.newUser()).history().isComplete()).isTrue();
            // What one replica has seen meanwhile is shared without being asked for again.
            await().atMost(Replica.PATIENCE)
                    .until(() -> Stream.of("alice", "bob", "carol").allMatch(user -> isKnown(first, user)));
            await().atMost(Replica.PATIENCE).until(() -> hasLoss(first, "carol"));
            try (Replica third = Replica.start(redis, company, settings)) {
                assertThat(third.get("bob").history().heldSince("read:report").orElseThrow())
                        .isLessThan(seen);
                assertThat(third.get("alice").history().standingSince()).isLessThan(seen);
            }
        }
    }

    /** Whether Redis has the present history of a member. */
    private boolean isKnown(Replica replica, String user) {
        FactHistory shared = shared(replica, user);
        return shared != null && shared.roles().equals(company.rolesOf.getOrDefault(user, Set.of()));
    }

    /** Whether Redis has the loss that one replica has seen. */
    private static boolean hasLoss(Replica replica, String user) {
        FactHistory shared = shared(replica, user);
        return shared != null && !shared.losses().isEmpty();
    }

    private static @Nullable FactHistory shared(Replica replica, String user) {
        String name = new MembershipKey(Subject.Type.USER, user, "acme").name();
        return replica.part.histories().recall(Set.of(name)).get(name);
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
