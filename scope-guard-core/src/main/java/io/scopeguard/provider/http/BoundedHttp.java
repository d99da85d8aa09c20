package io.scopeguard.provider.http;

import io.scopeguard.time.SteadyClock;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Makes exchanges with a provider. One time limit covers the whole exchange, from the connection to the last byte, because other
 * limits do not apply to a server that sends a byte from time to time. The body has a size limit. Redirects are returned, not
 * followed. Connections from before a freeze of the process are not used again, because the server may have dropped them without
 * notice. Thread-safe.
 */
public final class BoundedHttp {

    /** The {@code User-Agent} of all requests: name and version of this library. */
    public static final String USER_AGENT = "scope-guard/" + version();

    private final Duration timeout;
    private final int maxBytes;
    private final SteadyClock clock;
    /** One for each exchange in flight, which aborts it. */
    private final Set<Runnable> aborts = ConcurrentHashMap.newKeySet();

    /** By scheme, each made when it is needed: the one for https reads the trusted certificates. */
    private final Map<String, HttpClient> clients = new ConcurrentHashMap<>();

    /**
     * @param timeout the limit on the whole time of an exchange
     * @param maxBytes the limit on the length of a response body
     * @param clock detects freezes of the process
     * @throws IllegalArgumentException if the time is not positive
     */
    public BoundedHttp(Duration timeout, int maxBytes, SteadyClock clock) {
        this.timeout = timeout;
        this.maxBytes = maxBytes;
        this.clock = clock;
        clock.onFreeze(this::disconnect);
    }

    private HttpClient newClient(String scheme) {
        HttpClient.Builder client = HttpClient.newBuilder()
                .connectTimeout(timeout)
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1);
        if (scheme.equalsIgnoreCase("http")) {
            client.sslContext(NoTls.CONTEXT);
        }
        return client.build();
    }

    /** Aborts everything in flight: servers drop the connections of a frozen process, and may do so without notice. */
    private void disconnect() {
        clients.clear();
        aborts.forEach(Runnable::run);
    }

    /**
     * Sends a request and reads the whole response. Cancelling the future aborts the exchange, and so does a freeze of the process.
     *
     * @return the response with any status; completes exceptionally with an {@link HttpTimeoutException} if it is not complete in
     *     time, with an {@link OversizedBodyException} if it is too long, and with another {@link IOException} if the connection
     *     fails
     */
    public CompletableFuture<ReceivedResponse> send(HttpRequest.Builder request) {
        // Reading the clock detects a freeze.
        var unused = clock.nanos();
        long freezes = clock.freezes();
        HttpRequest built = request.setHeader("User-Agent", USER_AGENT).build();
        HttpClient client = clients.computeIfAbsent(built.uri().getScheme(), this::newClient);
        CompletableFuture<ReceivedResponse> answer = new CompletableFuture<>();
        CompletableFuture<HttpResponse<byte[]>> exchange = client.sendAsync(built, head -> body(head, answer));
        var unusedToo = exchange.copy()
                .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((response, failure) -> fail(answer, failure));
        var unusedAsWell = answer.whenComplete((response, failure) -> {
            if (failure != null) {
                exchange.cancel(true);
            }
        });
        abortOnFreeze(answer, freezes);
        return answer;
    }

    /**
     * The body completes the answer itself. The JDK completes its own future on a thread of the common pool, and all of those may wait
     * for this very answer: on two processors, there is one from Java 25 on.
     */
    private LimitedBody body(HttpResponse.ResponseInfo head, CompletableFuture<ReceivedResponse> answer) {
        LimitedBody body = new LimitedBody(maxBytes);
        var unused = body.getBody().thenAccept(bytes -> answer.complete(new ReceivedResponse(head, bytes)));
        return body;
    }

    /** @param freezes how often the process was frozen before the exchange began */
    private void abortOnFreeze(CompletableFuture<ReceivedResponse> answer, long freezes) {
        Runnable abort = () -> answer.completeExceptionally(new IOException("The process was frozen."));
        aborts.add(abort);
        var unused = answer.whenComplete((response, failure) -> aborts.remove(abort));
        if (clock.freezes() != freezes) {
            abort.run();
        }
    }

    /** Does nothing without a failure: then the body completes the answer. */
    private void fail(CompletableFuture<ReceivedResponse> answer, @Nullable Throwable failure) {
        if (failure == null) {
            return;
        }
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof TimeoutException) {
            answer.completeExceptionally(
                    new HttpTimeoutException("The response was incomplete after " + timeout.toMillis() + " ms."));
        } else {
            answer.completeExceptionally(cause instanceof IOException ? cause : new IOException(cause));
        }
    }

    private static String version() {
        try (InputStream properties =
                Objects.requireNonNull(BoundedHttp.class.getResourceAsStream("library.properties"))) {
            Properties library = new Properties();
            library.load(properties);
            return library.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
