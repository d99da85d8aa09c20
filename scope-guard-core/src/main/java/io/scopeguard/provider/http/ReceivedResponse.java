package io.scopeguard.provider.http;

import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;

/** A response whose body has arrived. Immutable, except for the bytes of its body. */
public final class ReceivedResponse {

    private final HttpResponse.ResponseInfo head;
    private final byte[] body;

    ReceivedResponse(HttpResponse.ResponseInfo head, byte[] body) {
        this.head = head;
        this.body = body;
    }

    public int statusCode() {
        return head.statusCode();
    }

    public HttpHeaders headers() {
        return head.headers();
    }

    public byte[] body() {
        return body;
    }
}
