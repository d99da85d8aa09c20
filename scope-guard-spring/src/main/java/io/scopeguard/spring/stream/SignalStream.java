package io.scopeguard.spring.stream;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.ScopeGuard;
import io.scopeguard.signal.ScopeDriftHeader;
import io.scopeguard.token.AccessToken;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import tools.jackson.databind.json.JsonMapper;

/**
 * One open stream. It compares its token with live permissions at an interval, sends a {@code permissions} event when the effective
 * scopes or the remedy changed, and ends with an {@code end} event when the token expires, its subject is suspended or no longer
 * belongs to the organization. Thread-safe.
 */
final class SignalStream implements Runnable {

    static final String SUPERSEDED = "superseded";
    static final String REPLACED = "replaced";
    static final String STOPPING = "stopping";

    /** The application's own mapper may name and order properties in another way. */
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** A comment after so many intervals without an event detects a client that has gone, and keeps proxies from closing. */
    private static final int INTERVALS_PER_COMMENT = 10;

    private final ScopeGuard guard;
    private final ScopeDriftHeader header;
    private final Clock clock;
    private final AccessToken token;
    private final Consumer<SignalStream> onEnd;
    private final SseEmitter emitter = new SseEmitter(0L);
    private final AtomicBoolean isOver = new AtomicBoolean();
    private volatile @Nullable ScheduledFuture<?> comparing;
    private @Nullable Object lastSent;
    private int silentIntervals;

    /**
     * Data of a {@code permissions} event.
     *
     * @param scopes the scopes of the token that count now
     * @param drift the value of the {@code Scope-Drift} header, if a response would carry one
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Permissions(
            @JsonProperty("effective_scopes") List<String> scopes,
            @JsonProperty("scope_drift") @Nullable String drift) {}

    /** Data of an {@code end} event. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record End(
            @JsonProperty("reason") String reason,
            @JsonProperty("scope_drift") @Nullable String drift) {}

    /**
     * @param onEnd called at least once when the stream is over
     */
    SignalStream(
            ScopeGuard guard, ScopeDriftHeader header, Clock clock, AccessToken token, Consumer<SignalStream> onEnd) {
        this.guard = guard;
        this.header = header;
        this.clock = clock;
        this.token = token;
        this.onEnd = onEnd;
    }

    /** Subjects of two providers may have the same id. */
    String subject() {
        return token.issuer() + ' ' + token.subject().id();
    }

    /** Whether a client that holds the newer token has no use for this stream any more. */
    boolean isSupersededBy(SignalStream newer) {
        return token.clientId().equals(newer.token.clientId())
                && token.audience().equals(newer.token.audience())
                && Objects.equals(token.organization(), newer.token.organization())
                && token.issuedAt().isBefore(newer.token.issuedAt());
    }

    SseEmitter start(ScheduledExecutorService threads, Duration interval) {
        emitter.onCompletion(this::close);
        emitter.onError(error -> close());
        comparing = threads.scheduleWithFixedDelay(this, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
        if (isOver.get()) {
            close();
        }
        return emitter;
    }

    @Override
    public void run() {
        try {
            compare();
        } catch (IOException | RuntimeException e) {
            // The client has gone, or it sees its stream break off and opens another one.
            close();
            emitter.completeWithError(e);
        }
    }

    /** Sends a last event and closes the stream. */
    void end(String reason) {
        end(reason, null);
    }

    private void compare() throws IOException {
        if (!clock.instant().isBefore(token.expiresAt())) {
            end("expired");
            return;
        }
        Decision decision = guard.inspect(token);
        Denial denial = decision.denial();
        if (denial == null) {
            sendIfChanged(decision);
        } else if (denial == Denial.PERMISSIONS_UNAVAILABLE) {
            // An outage says nothing about the subject.
            keepAlive();
        } else {
            end(reason(denial), header.valueOf(decision));
        }
    }

    /** The header's value contains the time of the read, so that it differs after each read: it is no change by itself. */
    private void sendIfChanged(Decision decision) throws IOException {
        Object content = List.of(
                decision.effective(),
                decision.advice().remedy(),
                decision.advice().drift());
        if (content.equals(lastSent)) {
            keepAlive();
            return;
        }
        send("permissions", new Permissions(decision.effective().toList(), header.valueOf(decision)));
        lastSent = content;
        silentIntervals = 0;
    }

    private void keepAlive() throws IOException {
        if (++silentIntervals % INTERVALS_PER_COMMENT == 0) {
            emitter.send(SseEmitter.event().comment(""));
        }
    }

    private void end(String reason, @Nullable String drift) {
        if (isOver.compareAndSet(false, true)) {
            try {
                send("end", new End(reason, drift));
                emitter.complete();
            } catch (IOException | RuntimeException e) {
                emitter.completeWithError(e);
            }
            close();
        }
    }

    private void send(String event, Object data) throws IOException {
        emitter.send(SseEmitter.event().name(event).data(JSON.writeValueAsString(data)));
    }

    private void close() {
        isOver.set(true);
        ScheduledFuture<?> scheduled = comparing;
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
