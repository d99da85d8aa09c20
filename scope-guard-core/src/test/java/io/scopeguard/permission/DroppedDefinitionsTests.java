package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.permission.read.Sweeps;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.LogEvents;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Definitions of more organizations than the engine keeps. Nobody is denied a right because of that. */
class DroppedDefinitionsTests {

    private static final Scopes BOTH = Scopes.of("read", "write");
    private static final int MAX_SETS = 10_000;

    private final MovableClock clock = MovableClock.atNoon();
    private final SteadyClock steady = clock.steady();
    private final StepExecutor executor = new StepExecutor();

    /** A provider with definitions of its own for each organization. */
    private static final class SetOfEach extends TestDirectory {

        @Override
        public DefinitionsKey organizationRoles(String organization) {
            return new DefinitionsKey("roles", organization);
        }
    }

    @Test
    void getWhenDefinitionsOfMoreOrganizationsAreUsedThenTheOldestAreReadAgain() {
        TestDirectory directory = new SetOfEach();
        PermissionCache cache = useSets(directory);
        assertThat(directory.calls("roles")).isEqualTo(MAX_SETS + 1);

        assertThat(cache.get(key("user", "org-1"), fresh(), BOTH).granted()).isEqualTo(BOTH);
        assertThat(directory.calls("roles")).isEqualTo(MAX_SETS + 1);
        assertThat(cache.get(key("user", "org-0"), fresh(), BOTH).granted()).isEqualTo(BOTH);
        assertThat(directory.calls("roles")).isEqualTo(MAX_SETS + 2);
    }

    @Test
    void getWhenDefinitionsWereDroppedAndTheProviderIsDownThenUnknown() {
        TestDirectory directory = new SetOfEach();
        PermissionCache cache = useSets(directory);
        directory.down(true);

        assertThatExceptionOfType(PermissionsUnavailableException.class)
                .isThrownBy(() -> cache.get(key("user", "org-0"), fresh(), BOTH));
        assertThat(cache.lastSeen(key("user", "org-0"), BOTH).granted())
                .describedAs("the token decides")
                .isEqualTo(BOTH);
    }

    @Test
    void getWhenDefinitionsWithALossAreDroppedThenCountedAsADroppedRevocation() {
        TestDirectory directory =
                new SetOfEach().role("editor", "read", "write").member("lossy", "user", "editor");
        PermissionCache cache = cache(directory);
        cache.get(key("user", "lossy"), fresh(), BOTH);
        clock.advanceSeconds(31);
        directory.role("editor", "read");
        assertThat(cache.get(key("user", "lossy"), fresh(), BOTH).granted()).isEqualTo(Scopes.of("read"));
        clock.advanceSeconds(1);

        try (LogEvents log = LogEvents.capture()) {
            useSets(directory, cache);
            assertThat(log.messages()).singleElement().asString().contains("10000 sets of roles");
        }

        // The next set that is dropped has lost nothing.
        assertThat(cache.droppedLosses()).isEqualTo(1);
    }

    /** One organization more than there is space for; the first one is dropped. */
    private PermissionCache useSets(TestDirectory directory) {
        return useSets(directory, cache(directory));
    }

    private PermissionCache useSets(TestDirectory directory, PermissionCache cache) {
        directory.role("editor", "read", "write");
        for (int i = 0; i <= MAX_SETS; i++) {
            directory.member("org-" + i, "user", "editor");
            assertThat(cache.get(key("user", "org-" + i), fresh(), BOTH).granted())
                    .isEqualTo(BOTH);
        }
        return cache;
    }

    private PermissionCache cache(TestDirectory directory) {
        return new PermissionCache(
                "Test",
                directory,
                steady,
                new CacheSettings(
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(5),
                        Duration.ofSeconds(2),
                        10_000_000,
                        Duration.ofHours(1)),
                FactExchange.NONE,
                executor,
                new Sweeps());
    }

    private Freshness fresh() {
        return Freshness.of(Duration.ofSeconds(30), Duration.ofMinutes(5), steady.nanos());
    }

    private static PermissionKey key(String user, String organization) {
        return new PermissionKey(new Subject(Subject.Type.USER, user), organization, Audience.ORGANIZATION);
    }
}
