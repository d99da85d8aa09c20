package io.scopeguard.spring.stream;

import io.scopeguard.Denial;
import io.scopeguard.ScopeGuard;
import io.scopeguard.WatchEnd;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.spring.authentication.RenewedTokens;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.KeysUnavailableException;
import java.io.IOException;
import java.security.Principal;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.core.Authentication;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.handler.ConcurrentWebSocketSessionDecorator;

/** One WebSocket session. Thread-safe. */
class WebSocketStream {

    /** The token expired, or its user is suspended: the close code after HTTP's 401. */
    static final int UNAUTHORIZED = 4401;

    /** A right was lost: the close code after HTTP's 403. */
    static final int FORBIDDEN = 4403;

    private static final Logger log = LoggerFactory.getLogger(WebSocketStream.class);

    /** A text message that begins like this renews the token. */
    private static final String RENEWAL = "Authorization: Bearer ";

    private static final String ANSWER = "Scope-Guard: ";
    private static final int SEND_TIME_LIMIT_MILLIS = 10_000;
    private static final int SEND_BUFFER_BYTES = 512 * 1024;

    /** After this time, a message that is being sent waits for a client that does not read. */
    private static final Duration PAUSE = Duration.ofMillis(250);

    private static final long PAUSES = SEND_TIME_LIMIT_MILLIS / PAUSE.toMillis();

    private final ScopeGuard guard;

    /** Whether the session was established, or nobody waits for that any more. */
    private final AtomicBoolean isSettled = new AtomicBoolean();

    private volatile boolean isAbandoned;
    private volatile @Nullable Future<?> deadline;
    private volatile @Nullable OpenStream stream;
    private volatile @Nullable ConcurrentWebSocketSessionDecorator session;
    private volatile @Nullable WatchEnd end;

    /** The token of the handshake. */
    private volatile @Nullable AccessToken first;

    /** The token of the last renewal. */
    private volatile @Nullable AccessToken renewed;

    WebSocketStream(ScopeGuard guard) {
        this.guard = guard;
    }

    void opened(OpenStream opened, AccessToken token) {
        stream = opened;
        first = token;
    }

    OpenStream stream() {
        return Objects.requireNonNull(stream);
    }

    /**
     * The response to the handshake is about to be sent. If it does not reach the client, the container neither establishes a session
     * nor closes one.
     *
     * @param patience after which the session no longer counts as open, unless it was established
     */
    void answered(Duration patience) {
        Future<?> timer = stream().onTimer(patience, this::abandon);
        deadline = timer;
        if (isSettled.get()) {
            timer.cancel(false);
        }
    }

    private void abandon() {
        if (isSettled.compareAndSet(false, true)) {
            close();
        }
    }

    /** Whether the session was established too late to be watched. The application must not get to know it. */
    boolean isAbandoned() {
        return isAbandoned;
    }

    /** Returns the session for the application to use: other threads may close it, and send messages. */
    WebSocketSession established(WebSocketSession raw) {
        isAbandoned = !isSettled.compareAndSet(false, true);
        Future<?> timer = deadline;
        if (timer != null) {
            timer.cancel(false);
        }
        ConcurrentWebSocketSessionDecorator concurrent =
                new ConcurrentWebSocketSessionDecorator(raw, SEND_TIME_LIMIT_MILLIS, SEND_BUFFER_BYTES);
        session = concurrent;
        return concurrent;
    }

    WebSocketSession session() {
        return Objects.requireNonNull(session);
    }

    void end(WatchEnd reason) {
        end = reason;
        endIfOver();
    }

    void endIfOver() {
        endIfOver(PAUSES);
    }

    /** @param pauses how often the end may be put off: while the application's message waits, closing would wait as well */
    private void endIfOver(long pauses) {
        ConcurrentWebSocketSessionDecorator open = session;
        WatchEnd reason = end;
        if (open == null || reason == null) {
            return;
        }
        if (open.getTimeSinceSendStarted() > PAUSE.toMillis() && pauses > 0) {
            stream().later(PAUSE, () -> endIfOver(pauses - 1));
            return;
        }
        try {
            beforeClose(open, reason);
        } catch (IOException | RuntimeException e) {
            log.debug("The client has gone before its session was closed", e);
        }
        closeWhenSent(status(reason));
    }

    /** Closes the session after the messages that another thread is sending, which closing would discard. */
    void closeWhenSent(CloseStatus status) {
        closeWhenSent(status, PAUSES);
    }

    private void closeWhenSent(CloseStatus status, long pauses) {
        ConcurrentWebSocketSessionDecorator open = Objects.requireNonNull(session);
        if (open.getBufferSize() > 0 && pauses > 0) {
            stream().later(PAUSE, () -> closeWhenSent(status, pauses - 1));
            return;
        }
        try {
            open.close(status);
        } catch (IOException | RuntimeException e) {
            log.debug("The client has gone before its session was closed", e);
            close();
        }
    }

    /** Sends the last message of the protocol that the session uses. */
    void beforeClose(WebSocketSession open, WatchEnd reason) throws IOException {}

    private static CloseStatus status(WatchEnd reason) {
        boolean isToken =
                reason.reason() == WatchEnd.Reason.EXPIRED || reason.reason() == WatchEnd.Reason.SUBJECT_INACTIVE;
        return new CloseStatus(isToken ? UNAUTHORIZED : FORBIDDEN, name(reason.reason()));
    }

    /** A reason as programs read it, such as {@code insufficient-scope}. */
    static String name(Enum<?> reason) {
        return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether the message must not reach the application: it renews the token, or arrived after the end. */
    boolean takes(WebSocketMessage<?> message) throws IOException {
        if (end != null) {
            return true;
        }
        return message.isLast() && takesComplete(message);
    }

    /** Whether a complete message renews the token. */
    boolean takesComplete(WebSocketMessage<?> message) throws IOException {
        if (!(message instanceof TextMessage text) || !text.getPayload().startsWith(RENEWAL)) {
            return false;
        }
        String refused = renew(text.getPayload().substring(RENEWAL.length()).strip());
        session().sendMessage(new TextMessage(ANSWER + (refused == null ? "renewed" : "not-renewed, " + refused)));
        return true;
    }

    /** Renews the token; returns why that was refused, or {@code null} if it was not. */
    @Nullable
    String renew(String token) {
        try {
            AccessToken newer = guard.verify(token);
            Denial denial = stream().renew(newer).denial();
            if (denial == null) {
                renewed = newer;
                renewed(session().getPrincipal());
            }
            return denial == null ? null : name(denial);
        } catch (InvalidTokenException e) {
            return "invalid-token";
        } catch (KeysUnavailableException e) {
            return "keys-unavailable";
        } catch (IllegalArgumentException e) {
            return "other-token";
        }
    }

    /** Decisions about this user's messages use the newer token, if the session was renewed. */
    void renewed(@Nullable Principal user) {
        AccessToken newer = renewed;
        if (newer != null && user instanceof Authentication authentication) {
            RenewedTokens.renew(authentication, Objects.requireNonNull(first), newer);
        }
    }

    void close() {
        stream().close();
    }
}
