package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.scope.Scopes;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ScopeHistoryTests {

    private static final Instant FIRST = Instant.parse("2026-11-21T10:00:00Z");

    private LivePermissions last = LivePermissions.of(Scopes.of("read"), FIRST).after(null);

    @Test
    void whatTheFirstReadingHasDidNotEnter() {
        assertThat(last.history().entered("read")).isNull();
        assertThat(last.history().lackedSince("write")).isEqualTo(FIRST);
    }

    @Test
    void aScopeEntersWithTheFirstReadingThatHasIt() {
        read(1, "read", "write");
        read(2, "read", "write");

        assertThat(last.history().entered("write")).isEqualTo(FIRST.plusSeconds(1));
        assertThat(last.history().entered("read")).isNull();
    }

    @Test
    void aScopeIsLackedSinceTheFirstReadingWithoutIt() {
        read(1);
        read(2);

        assertThat(last.history().lackedSince("read")).isEqualTo(FIRST.plusSeconds(1));
        assertThat(last.history().lackedSince("write")).isEqualTo(FIRST);
    }

    @Test
    void whatLeavesAndReturnsEntersAnew() {
        read(1);
        read(2, "read");

        assertThat(last.history().entered("read")).isEqualTo(FIRST.plusSeconds(2));
    }

    @Test
    void whatEntersAndLeavesIsForgotten() {
        read(1, "read", "write");
        read(2, "read");

        assertThat(last.history().entered("write")).isNull();
        assertThat(last.history().lackedSince("write")).isEqualTo(FIRST.plusSeconds(2));
    }

    private void read(int second, String... scopes) {
        last = LivePermissions.of(Scopes.of(scopes), FIRST.plusSeconds(second)).after(last);
    }
}
