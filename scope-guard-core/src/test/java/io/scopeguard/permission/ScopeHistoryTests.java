package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.scope.Scopes;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ScopeHistoryTests {

    private static final Instant FIRST = Instant.parse("2026-11-21T10:00:00Z");

    private Scopes held = Scopes.of("read");
    private ScopeHistory history = ScopeHistory.since(FIRST);

    @Test
    void whatTheFirstReadingHasDidNotEnter() {
        assertThat(history.entered("read")).isNull();
        assertThat(history.lackedSince("write")).isEqualTo(FIRST);
    }

    @Test
    void aScopeEntersWithTheFirstReadingThatHasIt() {
        read(1, "read", "write");
        read(2, "read", "write");

        assertThat(history.entered("write")).isEqualTo(FIRST.plusSeconds(1));
        assertThat(history.entered("read")).isNull();
    }

    @Test
    void aScopeIsLackedSinceTheFirstReadingWithoutIt() {
        read(1);
        read(2);

        assertThat(history.lackedSince("read")).isEqualTo(FIRST.plusSeconds(1));
        assertThat(history.lackedSince("write")).isEqualTo(FIRST);
    }

    @Test
    void whatLeavesAndReturnsEntersAnew() {
        read(1);
        read(2, "read");

        assertThat(history.entered("read")).isEqualTo(FIRST.plusSeconds(2));
    }

    @Test
    void whatEntersAndLeavesIsForgotten() {
        read(1, "read", "write");
        read(2, "read");

        assertThat(history.entered("write")).isNull();
        assertThat(history.lackedSince("write")).isEqualTo(FIRST.plusSeconds(2));
    }

    private void read(int second, String... scopes) {
        Scopes now = Scopes.of(scopes);
        history = history.followedBy(held, held, now, now, FIRST.plusSeconds(second));
        held = now;
    }
}
