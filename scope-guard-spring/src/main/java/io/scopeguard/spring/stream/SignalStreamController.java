package io.scopeguard.spring.stream;

import io.scopeguard.Decision;
import io.scopeguard.annotation.Internal;
import io.scopeguard.spring.authorization.AnyTokenHandler;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Opens a stream for the presented token. The guard decides about the request like about any other, and the token travels in the
 * {@code Authorization} header: clients read the stream with {@code fetch}, because {@code EventSource} cannot send that header.
 * Thread-safe.
 *
 * @hidden
 */
@Internal
@RestController
public final class SignalStreamController implements AnyTokenHandler {

    /** Path of the endpoint unless {@code scope-guard.signals.stream.path} names another one. */
    public static final String DEFAULT_PATH = "/scope-guard/signals";

    private static final int RETRY_SECONDS = 10;

    private final SignalStreams streams;

    public SignalStreamController(SignalStreams streams) {
        this.streams = streams;
    }

    @GetMapping("${scope-guard.signals.stream.path:" + DEFAULT_PATH + "}")
    ResponseEntity<SseEmitter> open(Decision decision) {
        return streams.open(decision.token())
                .map(SignalStreamController::response)
                .orElseGet(() -> ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                        .header("Retry-After", String.valueOf(RETRY_SECONDS))
                        .build());
    }

    private static ResponseEntity<SseEmitter> response(SseEmitter stream) {
        return ResponseEntity.ok()
                .contentType(MediaType.TEXT_EVENT_STREAM)
                .cacheControl(CacheControl.noStore())
                // Proxies of this kind collect a response before they pass it on.
                .header("X-Accel-Buffering", "no")
                .body(stream);
    }
}
