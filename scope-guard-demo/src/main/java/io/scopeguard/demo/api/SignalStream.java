package io.scopeguard.demo.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.ScopeGuard;
import io.scopeguard.signal.ScopeDriftHeader;
import io.scopeguard.token.AccessToken;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * One open stream. It looks twice a second, sends {@code permissions} events when something changed, and ends with an
 * {@code end} event when the token expires, its user is suspended or no longer belongs to the organization.
 */
final class SignalStream implements Runnable {

    private static final Duration INTERVAL = Duration.ofMillis(500);

    /** A comment this often detects a client that has gone. */
    private static final int LOOKS_PER_COMMENT = 2;

    private final ScopeGuard guard;
    private final ScopeDriftHeader header;
    private final AccessToken token;
    private final Consumer<SignalStream> onEnd;
    private final SseEmitter emitter = new SseEmitter(0L);
    private final AtomicBoolean isOver = new AtomicBoolean();
    private volatile @Nullable ScheduledFuture<?> looking;
    private @Nullable Object lastSent;
    private int looks;

    /** What a {@code permissions} event says: where the token stands, and the {@code Scope-Drift} value, if there is one. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Signal(Standing standing, @Nullable String scopeDrift) {}

    /** What an {@code end} event says. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record End(String reason, @Nullable String scopeDrift) {}

    SignalStream(ScopeGuard guard, ScopeDriftHeader header, AccessToken token, Consumer<SignalStream> onEnd) {
        this.guard = guard;
        this.header = header;
        this.token = token;
        this.onEnd = onEnd;
    }

    String subject() {
        return token.subject().id();
    }

    /** Whether a client that holds this newer token has no use for this stream any more. */
    boolean isSupersededBy(AccessToken newer) {
        return token.clientId().equals(newer.clientId())
                && token.audience().equals(newer.audience())
                && Objects.equals(token.organization(), newer.organization())
                && token.issuedAt().isBefore(newer.issuedAt());
    }

    SseEmitter start(ScheduledExecutorService threads) {
        emitter.onCompletion(this::close);
        emitter.onError(error -> close());
        looking = threads.scheduleWithFixedDelay(this, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        if (isOver.get()) {
            close();
        }
        return emitter;
    }

    @Override
    public void run() {
        try {
            look();
        } catch (IOException | RuntimeException e) {
            // The client has gone, or will see its stream break off and open another one.
            close();
            emitter.completeWithError(e);
        }
    }

    /** Sends a last event and closes the stream. */
    void end(String reason) {
        end(reason, null);
    }

    private void look() throws IOException {
        if (!Instant.now().isBefore(token.expiresAt())) {
            end("expired");
            return;
        }
        Decision decision = guard.inspect(token);
        if (decision.denial() != null) {
            end(reason(decision.denial()), header.valueOf(decision));
        } else if (!sendIfChanged(decision) && ++looks % LOOKS_PER_COMMENT == 0) {
            emitter.send(SseEmitter.event().comment(""));
        }
    }

    /** The header's value names the time of the read, so that it differs from read to read: it is no change by itself. */
    private boolean sendIfChanged(Decision decision) throws IOException {
        Standing standing = Standing.of(decision);
        Object content = List.of(standing, decision.advice().remedy());
        if (content.equals(lastSent)) {
            return false;
        }
        send("permissions", new Signal(standing, header.valueOf(decision)));
        lastSent = content;
        return true;
    }

    private void end(String reason, @Nullable String scopeDrift) {
        if (isOver.compareAndSet(false, true)) {
            try {
                send("end", new End(reason, scopeDrift));
                emitter.complete();
            } catch (IOException | RuntimeException e) {
                emitter.completeWithError(e);
            }
            close();
        }
    }

    private void send(String event, Object data) throws IOException {
        emitter.send(SseEmitter.event().name(event).data(data, MediaType.APPLICATION_JSON));
    }

    private void close() {
        isOver.set(true);
        ScheduledFuture<?> scheduled = looking;
        if (scheduled != null) {
            scheduled.cancel(false);
        }
        onEnd.accept(this);
    }

    private static String reason(Denial denial) {
        return switch (denial) {
            case SUBJECT_INACTIVE -> "suspended";
            case NOT_A_MEMBER -> "not-a-member";
            default -> "refused";
        };
    }
}
