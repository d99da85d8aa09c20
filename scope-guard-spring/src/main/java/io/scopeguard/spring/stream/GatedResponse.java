package io.scopeguard.spring.stream;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;

/** A response whose body can end between two writes. Streams are written as bytes, so that the writer needs no gate. */
final class GatedResponse extends HttpServletResponseWrapper {

    private final StreamGate gate;
    private @Nullable GatedOutputStream output;

    GatedResponse(HttpServletResponse response, StreamGate gate) {
        super(response);
        this.gate = gate;
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        GatedOutputStream known = output;
        if (known == null) {
            known = new GatedOutputStream(super.getOutputStream(), gate, this::isEventStream);
            output = known;
        }
        return known;
    }

    @Override
    public void flushBuffer() throws IOException {
        if (gate.isOver()) {
            throw new StreamEndedException();
        }
        super.flushBuffer();
    }

    /** Whether a last event can be appended. */
    boolean isEventStream() {
        String type = getContentType();
        return type != null && type.toLowerCase(Locale.ROOT).startsWith(MediaType.TEXT_EVENT_STREAM_VALUE);
    }
}
