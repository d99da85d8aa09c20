package io.scopeguard.provider.http;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/** A response whose body has arrived. */
final class ReceivedResponse implements HttpResponse<byte[]> {

    private final HttpRequest request;
    private final HttpResponse.ResponseInfo info;
    private final byte[] body;

    ReceivedResponse(HttpRequest request, HttpResponse.ResponseInfo info, byte[] body) {
        this.request = request;
        this.info = info;
        this.body = body;
    }

    @Override
    public HttpRequest request() {
        return request;
    }

    @Override
    public byte[] body() {
        return body;
    }

    @Override
    public int statusCode() {
        return info.statusCode();
    }

    @Override
    public HttpHeaders headers() {
        return info.headers();
    }

    @Override
    public HttpClient.Version version() {
        return info.version();
    }

    @Override
    public URI uri() {
        return request.uri();
    }

    /** Redirects are not followed. */
    @Override
    public Optional<HttpResponse<byte[]>> previousResponse() {
        return Optional.empty();
    }

    /** Not kept. */
    @Override
    public Optional<SSLSession> sslSession() {
        return Optional.empty();
    }
}
