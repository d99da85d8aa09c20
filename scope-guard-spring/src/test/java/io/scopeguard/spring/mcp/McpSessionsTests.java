package io.scopeguard.spring.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.mockStatic;
import static org.mockito.Mockito.when;

import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.spring.authentication.AccessTokenHolder;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.mockito.MockedStatic;

/** Clients that vanish without closing their sessions. */
class McpSessionsTests {

    private static final Duration LIFETIME = Duration.ofMinutes(10);

    private final MovableClock clock = MovableClock.atNoon();
    private final McpSessions sessions = new McpSessions(clock);

    @Test
    void openedWhenTokensOfOtherSessionsHaveLongExpiredThenTheseAreForgotten() {
        AccessToken vanished = token("vanished");
        open("1", vanished);
        open("2", token("vanished too"));
        clock.advance(LIFETIME.plus(Duration.ofDays(1)).plusSeconds(1));

        open("3", token("new"));

        assertThat(sessions.count()).isEqualTo(1);
        assertThat(sessions.isForeign("1", vanished)).isTrue();
    }

    @Test
    void openedWhenTokensOfOtherSessionsHaveJustExpiredThenTheseAreKept() {
        AccessToken idle = token("idle");
        open("1", idle);
        clock.advance(LIFETIME.plus(Duration.ofDays(1)));

        open("2", token("new"));

        assertThat(sessions.count()).isEqualTo(2);
        assertThat(sessions.isForeign("1", idle)).isFalse();
    }

    @Test
    void openedWhenAnotherSessionHasANewerTokenThenItIsKept() {
        open("1", token("busy"));
        clock.advance(Duration.ofDays(1));
        AccessToken renewed = token("busy");
        assertThat(sessions.isForeign("1", renewed)).isFalse();
        clock.advance(Duration.ofDays(1));

        open("2", token("new"));

        assertThat(sessions.isForeign("1", renewed)).isFalse();
    }

    private void open(String id, AccessToken token) {
        try (MockedStatic<AccessTokenHolder> holder = mockStatic(AccessTokenHolder.class)) {
            holder.when(AccessTokenHolder::get).thenReturn(token);
            sessions.opened(id);
        }
    }

    /** Issued now. */
    private AccessToken token(String user) {
        AccessToken token = mock(AccessToken.class);
        when(token.issuer()).thenReturn("https://provider.example/oidc");
        when(token.subject()).thenReturn(new Subject(Subject.Type.USER, user));
        when(token.clientId()).thenReturn("agent");
        when(token.audience()).thenReturn(Audience.ORGANIZATION);
        when(token.issuedAt()).thenReturn(clock.instant());
        when(token.expiresAt()).thenReturn(clock.instant().plus(LIFETIME));
        return token;
    }
}
