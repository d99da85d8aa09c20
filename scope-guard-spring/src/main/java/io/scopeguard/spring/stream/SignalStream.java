package io.scopeguard.spring.stream;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.ScopeGuard;
import io.scopeguard.TooManyWatchesException;
import io.scopeguard.WatchEnd;
import io.scopeguard.signal.ScopeDriftHeader;
import io.scopeguard.token.AccessToken;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import tools.jackson.databind.json.JsonMapper;

/**
 * One open stream. When a fact about its subject was read, it sends a {@code permissions} event if the effective scopes or the
 * remedy changed. It ends with an {@code end} event when the token expires, or its subject is suspended or no longer belongs to the
 * organization. Thread-safe.
 */
final class SignalStream implements StreamListener {

    private static final Logger log = LoggerFactory.getLogger(SignalStream.class);

    static final String SUPERSEDED = "superseded";
    static final String REPLACED = "replaced";
    static final String STOPPING = "stopping";

    private static final String EXPIRED = "expired";
    private static final String SUSPENDED = "suspended";
    private static final String NOT_A_MEMBER = "not-a-member";
    private static final String REFUSED = "refused";

    /** The application's own mapper may name and order properties in another way. */
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final OpenStreams streams;
    private final ScopeGuard guard;
    private final ScopeDriftHeader header;
    private final AccessToken token;
    private final Consumer<SignalStream> onEnd;
    private final SseEmitter emitter = new SseEmitter(0L);
    private final AtomicBoolean isOver = new AtomicBoolean();

    /** Reads that no comparison has taken into account. Only one thread compares at a time. */
    private final AtomicInteger reads = new AtomicInteger();

    private volatile @Nullable OpenStream stream;
    private volatile @Nullable Object lastSent;

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
            OpenStreams streams,
            ScopeGuard guard,
            ScopeDriftHeader header,
            AccessToken token,
            Consumer<SignalStream> onEnd) {
        this.streams = streams;
        this.guard = guard;
        this.header = header;
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

    SseEmitter emitter() {
        return emitter;
    }

    /** @throws TooManyWatchesException if the maximum number of watches is open */
    void watch(Decision granted) {
        stream = streams.open(OpenStreams.Kind.HTTP, List.of(granted), this);
    }

    void start() {
        emitter.onCompletion(this::close);
        emitter.onError(error -> close());
        refreshed();
        if (isOver.get()) {
            close();
        }
    }

    @Override
    public void refreshed() {
        if (reads.getAndIncrement() == 0) {
            streams.waiting(this::compare);
        }
    }

    private void compare() {
        int seen = reads.get();
        Decision decision = isOver.get() ? null : inspected();
        if (decision != null && isChanged(decision)) {
            streams.soon(() -> {
                attempt(() -> send(decision));
                compared(seen);
            });
        } else {
            compared(seen);
        }
    }

    private @Nullable Decision inspected() {
        try {
            return guard.authorize(token, AccessRequest.withoutRequirement(token));
        } catch (RuntimeException e) {
            close();
            breakOff(e);
            return null;
        }
    }

    /** @param seen the number of reads that the comparison has taken into account */
    private void compared(int seen) {
        if (reads.addAndGet(-seen) > 0) {
            streams.waiting(this::compare);
        }
    }

    /**
     * A denial is sent by the end of the watch, or is not about the subject. A different value of the header is not a change: it
     * contains the time of the read.
     */
    private boolean isChanged(Decision decision) {
        return decision.isGranted() && !content(decision).equals(lastSent);
    }

    private static Object content(Decision decision) {
        return List.of(
                decision.effective(),
                decision.advice().remedy(),
                decision.advice().drift());
    }

    private void send(Decision decision) throws IOException {
        if (isOver.get()) {
            return;
        }
        send("permissions", new Permissions(decision.effective().toList(), header.valueOf(decision)));
        lastSent = content(decision);
    }

    /** A comment detects a client that has gone, and keeps proxies from closing. */
    void keepAlive() {
        attempt(() -> emitter.send(SseEmitter.event().comment("")));
    }

    /** If it fails, the client has gone, or it sees its stream break off and opens another one. */
    private void attempt(Sending sending) {
        try {
            sending.run();
        } catch (IOException e) {
            // The server has seen it too, and completes the response by itself.
            close();
        } catch (RuntimeException e) {
            close();
            breakOff(e);
        }
    }

    private void breakOff(RuntimeException cause) {
        try {
            emitter.completeWithError(cause);
        } catch (IllegalStateException e) {
            log.debug("The response has ended by itself meanwhile", e);
        }
    }

    /** Something that may write to the client. */
    @FunctionalInterface
    private interface Sending {
        void run() throws IOException;
    }

    @Override
    public void end(WatchEnd reason) {
        Decision decision = reason.decision();
        end(reason(reason.reason()), decision == null ? null : header.valueOf(decision));
    }

    /** Every mode rejects an expired token. */
    @Override
    public void reported(WatchEnd reason) {
        if (reason.reason() == WatchEnd.Reason.EXPIRED) {
            end(EXPIRED);
        }
    }

    /** Ends the stream because of a denial, before it is watched. */
    void refuse(Decision denied) {
        end(reason(denied.denial()), header.valueOf(denied));
    }

    /** Sends a last event and closes the stream. */
    void end(String reason) {
        end(reason, null);
    }

    private void end(String reason, @Nullable String drift) {
        if (isOver.compareAndSet(false, true)) {
            try {
                send("end", new End(reason, drift));
                emitter.complete();
            } catch (IOException e) {
                log.debug("The client has gone before its stream ended", e);
            } catch (RuntimeException e) {
                breakOff(e);
            }
            close();
        }
    }

    private void send(String event, Object data) throws IOException {
        emitter.send(SseEmitter.event().name(event).data(JSON.writeValueAsString(data)));
    }

    /** It is over, or it was never started. */
    void close() {
        isOver.set(true);
        OpenStream watched = stream;
        if (watched != null) {
            watched.close();
        }
        onEnd.accept(this);
    }

    private static String reason(WatchEnd.Reason reason) {
        return switch (reason) {
            case EXPIRED -> EXPIRED;
            case SUBJECT_INACTIVE -> SUSPENDED;
            case NOT_A_MEMBER -> NOT_A_MEMBER;
            case INSUFFICIENT_SCOPE, INSUFFICIENT_ROLE, APPLICATION -> REFUSED;
        };
    }

    private static String reason(@Nullable Denial denial) {
        if (denial == Denial.SUBJECT_INACTIVE) {
            return SUSPENDED;
        }
        return denial == Denial.NOT_A_MEMBER ? NOT_A_MEMBER : REFUSED;
    }
}
