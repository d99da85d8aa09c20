package io.scopeguard.spring.client;

import java.io.IOException;
import java.util.Optional;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;

/**
 * Sends access tokens with a {@code RestClient} and acts on the hints in responses, instead of Spring Security's
 * {@code OAuth2ClientHttpRequestInterceptor}.
 *
 * <p>A granted response is returned at once; a requested refresh happens before the next request after the wait. For a denied
 * request whose response asks for a refresh, the interceptor waits for at most 5 seconds, refreshes the token and repeats the
 * request once, if its method is safe or the request is marked as repeatable. Every other response is returned unchanged.
 * Thread-safe.
 *
 * @since 0.1
 */
public final class ScopeDriftInterceptor implements ClientHttpRequestInterceptor {

    private final ScopeDriftClient client;

    public ScopeDriftInterceptor(ScopeDriftClient client) {
        this.client = client;
    }

    /**
     * @throws ConsentRequiredException if the user has to sign in again with consent
     * @throws IllegalArgumentException if tokens must not be sent to the origin of the request
     */
    @Override
    public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        ClientCall call = client.call(request.getURI(), request.getAttributes());
        HeldToken sent = client.tokens().current(call).orElse(null);
        if (sent == null) {
            return execution.execute(request, body);
        }
        PeekedResponse response = send(sent, request, body, execution);
        Ask ask = response.ask(sent);
        if (ask == null) {
            return response;
        }
        boolean isRepeatable = ScopeDriftClient.isRepeatable(request.getMethod(), request.getAttributes());
        if (!response.isDenied() || !ask.isActedOnAtOnce(isRepeatable)) {
            client.tokens().note(call, sent, ask);
            return response;
        }
        Optional<HeldToken> next = obeyed(call, sent, ask, response);
        return next.isEmpty() ? response : repeat(call, next.get(), request, body, execution, response);
    }

    private Optional<HeldToken> obeyed(ClientCall call, HeldToken sent, Ask ask, PeekedResponse response) {
        try {
            return client.tokens().obey(call, sent, ask);
        } catch (RuntimeException e) {
            response.close();
            throw e;
        }
    }

    private ClientHttpResponse repeat(
            ClientCall call,
            HeldToken next,
            HttpRequest request,
            byte[] body,
            ClientHttpRequestExecution execution,
            PeekedResponse denied)
            throws IOException {
        denied.close();
        PeekedResponse response = send(next, request, body, execution);
        Ask ask = response.ask(next);
        if (ask != null) {
            client.tokens().note(call, next, ask);
        }
        return response;
    }

    private static PeekedResponse send(
            HeldToken token, HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        request.getHeaders().setBearerAuth(token.value());
        return new PeekedResponse(execution.execute(request, body));
    }
}
