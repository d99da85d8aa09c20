package io.scopeguard.spring.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpResponse;

/** A response whose problem body was read. The application can still read the whole body. */
final class PeekedResponse implements ClientHttpResponse {

    private final ClientHttpResponse response;
    private byte @Nullable [] head;

    PeekedResponse(ClientHttpResponse response) {
        this.response = response;
    }

    boolean isDenied() throws IOException {
        return ProblemBody.isDenied(response.getStatusCode());
    }

    @Nullable
    Ask ask(HeldToken sent) throws IOException {
        boolean hasProblem = ProblemBody.isIn(response.getStatusCode(), response.getHeaders());
        try {
            return Ask.of(sent, response.getHeaders(), () -> hasProblem ? problem() : null);
        } catch (UncheckedIOException e) {
            response.close();
            throw e.getCause();
        }
    }

    private @Nullable ProblemBody problem() {
        try {
            head = response.getBody().readNBytes(ProblemBody.MAX_LENGTH + 1);
            return ProblemBody.parse(head);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public InputStream getBody() throws IOException {
        byte[] read = head;
        head = null;
        return read == null
                ? response.getBody()
                : new SequenceInputStream(new ByteArrayInputStream(read), response.getBody());
    }

    @Override
    public HttpHeaders getHeaders() {
        return response.getHeaders();
    }

    @Override
    public HttpStatusCode getStatusCode() throws IOException {
        return response.getStatusCode();
    }

    @Override
    public String getStatusText() throws IOException {
        return response.getStatusText();
    }

    @Override
    public void close() {
        response.close();
    }
}
