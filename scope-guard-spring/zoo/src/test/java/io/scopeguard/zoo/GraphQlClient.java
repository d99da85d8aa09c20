package io.scopeguard.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client of a GraphQL API, and one connection by WebSocket (the protocol graphql-transport-ws). Every answer is a number: 200
 * if there is data and no error, the status of a refused request, 401 and 403 for errors of these classifications.
 */
final class GraphQlClient implements AutoCloseable {

    /** The transports of requests. */
    enum Transport {
        HTTP,
        SSE,
        WEB_SOCKET;

        /** A plain response cannot carry a subscription, and server-sent events carry nothing else. */
        boolean carries(boolean isSubscription) {
            return this == WEB_SOCKET || isSubscription == (this == SSE);
        }
    }

    /** The answer if the guard has ended the connection. */
    static final int CLOSED = 0;

    private static final String CLOSE = "the connection was closed";
    private static final long PATIENCE_SECONDS = 120;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final WebSocket socket;
    private int requests;

    private GraphQlClient(RunningApi api, @Nullable String token) {
        WebSocket.Builder builder =
                HttpClient.newHttpClient().newWebSocketBuilder().subprotocols("graphql-transport-ws");
        if (token != null) {
            builder.header("Authorization", "Bearer " + token);
        }
        socket = builder.buildAsync(URI.create("ws://localhost:" + api.port() + "/graphql-ws"), new Messages())
                .join();
    }

    static int ask(RunningApi api, Transport transport, String document, @Nullable String token)
            throws InterruptedException {
        return switch (transport) {
            case HTTP -> post(api, document, token, "application/graphql-response+json");
            case SSE -> post(api, document, token, "text/event-stream");
            case WEB_SOCKET -> askOnce(api, document, token);
        };
    }

    /** Opens a connection. */
    static GraphQlClient connect(RunningApi api, @Nullable String token) throws InterruptedException {
        GraphQlClient client = new GraphQlClient(api, token);
        client.send(Map.of("type", "connection_init"));
        assertThat(client.next()).contains("connection_ack");
        return client;
    }

    int ask(String document) throws InterruptedException {
        String id = String.valueOf(++requests);
        try {
            send(Map.of("id", id, "type", "subscribe", "payload", Map.of("query", document)));
        } catch (CompletionException closed) {
            return CLOSED;
        }
        StringBuilder answer = new StringBuilder();
        String message;
        do {
            message = next();
            answer.append(message);
        } while (message.contains("\"type\":\"next\""));
        return judge(answer.toString());
    }

    private static int post(RunningApi api, String document, @Nullable String token, String accept) {
        List<String> headers = new ArrayList<>(List.of("Content-Type", "application/json", "Accept", accept));
        if (token != null) {
            headers.addAll(List.of("Authorization", "Bearer " + token));
        }
        Reply reply = api.send(
                "POST", "/graphql", JSON.writeValueAsString(Map.of("query", document)), headers.toArray(String[]::new));
        return reply.status() == 200 ? judge(reply.body()) : reply.status();
    }

    private static int askOnce(RunningApi api, String document, @Nullable String token) throws InterruptedException {
        try (GraphQlClient client = connect(api, token)) {
            return client.ask(document);
        } catch (CompletionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refused) {
                return refused.getResponse().statusCode();
            }
            throw e;
        }
    }

    private static int judge(String answer) {
        if (answer.contains(CLOSE)) {
            return CLOSED;
        }
        if (answer.contains("UNAUTHORIZED")) {
            return 401;
        }
        if (answer.contains("FORBIDDEN")) {
            return 403;
        }
        assertThat(answer).contains("\"data\":{").doesNotContain("\"errors\"");
        return 200;
    }

    private void send(Map<String, Object> message) {
        socket.sendText(JSON.writeValueAsString(message), true).join();
    }

    private String next() throws InterruptedException {
        String message = messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(message).as("a message").isNotNull();
        return String.valueOf(message);
    }

    @Override
    public void close() {
        socket.abort();
    }

    /** Collects whole messages. */
    private final class Messages implements WebSocket.Listener {

        private final StringBuilder begun = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean isLast) {
            begun.append(part);
            if (isLast) {
                messages.add(begun.toString());
                begun.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            messages.add(CLOSE);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            messages.add(CLOSE);
        }
    }
}
