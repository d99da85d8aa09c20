package io.scopeguard.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Forwards TCP connections to a server until it ends them. */
public final class Link implements AutoCloseable {

    /** The ways in which connections end while the client cannot notice it. */
    public enum End {
        /** The server closes idle connections. */
        CLOSED,
        /** The server has restarted. */
        RESET,
        /** A gateway between the two has dropped them: nothing arrives any more, in either direction. */
        FORGOTTEN
    }

    private static final int BUFFER = 8192;

    private final int target;
    private final ServerSocket socket;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "link");
        thread.setDaemon(true);
        return thread;
    });

    /** @param target a server on the loopback interface */
    public Link(URI target) {
        this.target = target.getPort();
        try {
            socket = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }

    /** Ends all open connections. New connections are forwarded as before. Returns the number of ended connections. */
    public int end(End how) throws IOException {
        int ended = 0;
        for (Connection connection : connections) {
            connection.end(how);
            ended++;
        }
        return ended;
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Connection connection =
                        new Connection(socket.accept(), new Socket(InetAddress.getLoopbackAddress(), target));
                connections.add(connection);
                threads.execute(() -> connection.pass(connection.client, connection.server));
                threads.execute(() -> connection.pass(connection.server, connection.client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        end(End.CLOSED);
        threads.shutdownNow();
    }

    private final class Connection {

        private final Socket client;
        private final Socket server;
        private volatile boolean isForgotten;

        Connection(Socket client, Socket server) throws IOException {
            this.client = client;
            this.server = server;
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
        }

        private void pass(Socket from, Socket to) {
            byte[] buffer = new byte[BUFFER];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    if (!isForgotten) {
                        out.write(buffer, 0, read);
                    }
                }
                if (!isForgotten) {
                    to.shutdownOutput();
                }
            } catch (IOException ended) {
                // Closed by either side.
            }
        }

        private void end(End how) throws IOException {
            if (how == End.FORGOTTEN) {
                isForgotten = true;
                return;
            }
            connections.remove(this);
            if (how == End.RESET) {
                client.setSoLinger(true, 0);
            }
            client.close();
            server.close();
        }
    }
}
