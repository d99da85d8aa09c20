package io.scopeguard.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.Arrivals;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TestToken;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A client of a WebSocket. It receives text messages, and the close code and reason as the last of them. */
final class SocketClient implements WebSocket.Listener {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final Arrivals messages = new Arrivals();
    private final StringBuilder text = new StringBuilder();
    private @Nullable WebSocket opened;

    private SocketClient() {}

    /**
     * Opens a WebSocket.
     *
     * @throws java.util.concurrent.CompletionException if the handshake is refused
     */
    static SocketClient open(RunningApi api, String path, TestToken token, String... protocol) {
        SocketClient socket = new SocketClient();
        WebSocket.Builder builder = CLIENT.newWebSocketBuilder().header("Authorization", "Bearer " + token.signed());
        if (protocol.length > 0) {
            builder.subprotocols(protocol[0]);
        }
        socket.opened = builder.buildAsync(URI.create("ws://localhost:" + api.port() + path), socket)
                .join();
        return socket;
    }

    /** Opens a WebSocket and a STOMP session in it. */
    static SocketClient connect(RunningApi api, String path, TestToken token) throws InterruptedException {
        SocketClient socket = open(api, path, token, "v12.stomp");
        assertThat(socket.ask("CONNECT\naccept-version:1.2\nhost:localhost\n\n\0"))
                .startsWith("CONNECTED\n");
        return socket;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            messages.add(text.toString());
            text.setLength(0);
        }
        socket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
        messages.add("closed " + status + " " + reason);
        return null;
    }

    void send(String message) {
        assertThat(opened).isNotNull();
        opened.sendText(message, true).join();
    }

    void sendBinary(String message) {
        assertThat(opened).isNotNull();
        opened.sendBinary(ByteBuffer.wrap(message.getBytes(StandardCharsets.UTF_8)), true)
                .join();
    }

    String ask(String message) throws InterruptedException {
        send(message);
        return messages.next();
    }

    String next(Runnable meanwhile) throws InterruptedException {
        return messages.next(meanwhile);
    }

    void close() {
        assertThat(opened).isNotNull();
        opened.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
    }
}
