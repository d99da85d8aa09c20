package io.scopeguard.demo.api;

import io.scopeguard.Decision;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Streams what the guard knows about the presented token, as server-sent events, so that a client hears of a change without
 * sending a request. The request passes the same guard as any other, and the token travels in the {@code Authorization} header:
 * clients read the stream with {@code fetch}, because {@code EventSource} cannot send that header.
 */
@RestController
@ConditionalOnProperty(name = "demo.signals.enabled", matchIfMissing = true)
public class SignalController {

    private final SignalStreams streams;

    SignalController(SignalStreams streams) {
        this.streams = streams;
    }

    @GetMapping(path = "/me/signals", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    ResponseEntity<SseEmitter> signals(Decision decision) {
        return streams.open(decision.token())
                .map(ResponseEntity::ok)
                .orElseGet(() -> ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                        .header("Retry-After", "10")
                        .build());
    }
}
