package io.scopeguard.token;

import io.scopeguard.provider.http.BoundedHttp;
import io.scopeguard.provider.http.IsolatedListener;
import io.scopeguard.provider.http.OutageLog;
import io.scopeguard.provider.http.OversizedBodyException;
import io.scopeguard.provider.http.ReceivedResponse;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.KeyListener.Outcome;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The address at which an issuer publishes its keys. Redirects are not followed. Reports each attempt to the log and the listener.
 * Thread-safe.
 */
final class KeySetEndpoint {

    private static final int MAX_BYTES = 256 * 1024;

    private final BoundedHttp http;
    private final Duration timeout;
    private final HttpRequest.Builder request;
    private final IsolatedListener<KeyListener> listener;
    private final OutageLog outages;
    private final IgnoredKeysLog ignored;

    /**
     * @param timeout for a whole fetch, from the connection to the last byte
     * @param clock detects freezes of the process, and measures outages
     * @throws IllegalArgumentException if the address is not an http or https URI
     */
    KeySetEndpoint(URI uri, Duration timeout, KeyListener listener, SteadyClock clock) {
        this.http = new BoundedHttp(timeout, MAX_BYTES, clock);
        this.timeout = timeout;
        this.request = HttpRequest.newBuilder(uri).header("Accept", "application/jwk-set+json, application/json");
        this.listener = new IsolatedListener<>(listener);
        this.outages = new OutageLog(
                "The signing keys cannot be fetched from " + uri,
                "The signing keys can be fetched from " + uri + " again",
                clock);
        this.ignored = new IgnoredKeysLog(uri);
    }

    /**
     * Fetches the keys asynchronously.
     *
     * @return the keys; completes exceptionally, with any cause, if they cannot be fetched
     */
    CompletableFuture<PublishedKeys> fetch() {
        long start = System.nanoTime();
        return http.send(request.copy()).handle((response, failure) -> read(response, failure, start));
    }

    private PublishedKeys read(@Nullable ReceivedResponse response, @Nullable Throwable failure, long start) {
        Outcome outcome = Outcome.MALFORMED;
        try {
            PublishedKeys published = read(response, failure);
            outcome = Outcome.OK;
            outages.succeeded();
            ignored.fetched(published.setAside());
            return published;
        } catch (KeySetException e) {
            outcome = e.outcome();
            outages.failed(e.outcome(), e.getMessage());
            throw new CompletionException(e);
        } finally {
            report(outcome, Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private void report(Outcome outcome, Duration took) {
        listener.notify(informed -> informed.fetched(outcome, took));
    }

    private PublishedKeys read(@Nullable ReceivedResponse response, @Nullable Throwable failure)
            throws KeySetException {
        if (response == null) {
            throw unanswered(failure);
        }
        if (response.statusCode() != 200) {
            throw new KeySetException(Outcome.REFUSED, "the answer is " + response.statusCode());
        }
        return PublishedKeys.parse(response.body());
    }

    private KeySetException unanswered(@Nullable Throwable failure) {
        if (failure instanceof OversizedBodyException) {
            return new KeySetException(Outcome.TOO_LARGE, "the answer is over " + MAX_BYTES + " bytes");
        }
        if (failure instanceof HttpTimeoutException) {
            return new KeySetException(
                    Outcome.TIMEOUT, "the response was incomplete after " + timeout.toMillis() + " ms");
        }
        String what = failure == null ? "no answer" : failure.getClass().getSimpleName();
        return new KeySetException(Outcome.UNREACHABLE, "there is no connection, or it broke off (" + what + ")");
    }
}
