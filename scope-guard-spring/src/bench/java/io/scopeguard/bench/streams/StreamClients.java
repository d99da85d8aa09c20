package io.scopeguard.bench.streams;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The clients of all streams, in a process of their own. Reads the port and then one request per line (path, space, token) from its
 * input; prints {@code open} when all streams have begun, and {@code ended} with the number of each stream that ends.
 */
final class StreamClients {

    private static final int BUFFER = 4096;

    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    private final Selector selector;
    private int count;

    private StreamClients() throws IOException {
        this.selector = Selector.open();
    }

    /** Takes no arguments. Ends with its input's process. */
    public static void main(String[] args) throws IOException {
        StreamClients clients = new StreamClients();
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        int port = Integer.parseInt(Objects.requireNonNull(requests.readLine()));
        for (String line = requests.readLine(); line != null && !line.isEmpty(); line = requests.readLine()) {
            String[] request = line.split(" ");
            clients.open(port, request[0], request[1]);
        }
        System.out.println("open");
        clients.follow();
    }

    private void open(int port, String path, String token) throws IOException {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
        String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token + "\r\n\r\n";
        ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        StringBuilder response = new StringBuilder();
        while (response.indexOf("data:hello") < 0) {
            String part = read(channel);
            if (part == null) {
                throw new IOException("a stream was refused: " + response);
            }
            response.append(part);
        }
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, count++);
    }

    private @Nullable String read(SocketChannel channel) throws IOException {
        buffer.clear();
        int length = channel.read(buffer);
        return length < 0 ? null : new String(buffer.array(), 0, length, StandardCharsets.US_ASCII);
    }

    private void follow() throws IOException {
        while (!selector.keys().isEmpty()) {
            selector.select();
            for (SelectionKey key : selector.selectedKeys()) {
                String part = read((SocketChannel) key.channel());
                if (part == null || part.contains("scope-drift")) {
                    System.out.println("ended " + key.attachment());
                    key.channel().close();
                }
            }
            selector.selectedKeys().clear();
        }
    }
}
