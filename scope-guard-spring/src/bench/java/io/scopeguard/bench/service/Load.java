package io.scopeguard.bench.service;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Several connections, each of which sends one request after the other. */
final class Load implements AutoCloseable {

    private static final int OK = 200;

    private final List<Callable<Outcome>> clients = new ArrayList<>();
    private final List<Connection> connections = new ArrayList<>();
    private final ExecutorService threads;
    private volatile long end;

    Load(int port, String path, Tokens tokens, int count) throws IOException {
        threads = Executors.newFixedThreadPool(count);
        for (int i = 0; i < count; i++) {
            Connection connection = new Connection(port, path);
            Tokens.Cursor cursor = tokens.from(i * 7);
            connections.add(connection);
            clients.add(() -> send(connection, cursor));
        }
    }

    /**
     * Sends requests for this time.
     *
     * @throws IOException if the tokens do not last
     */
    Outcome run(Duration duration) throws IOException {
        long start = System.nanoTime();
        end = start + duration.toNanos();
        Outcome sum = Outcome.none();
        try {
            for (Future<Outcome> client : threads.invokeAll(clients)) {
                sum = sum.plus(client.get());
            }
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return sum.lasting(System.nanoTime() - start);
    }

    @Override
    public void close() throws IOException {
        threads.shutdownNow();
        for (Connection connection : connections) {
            connection.close();
        }
    }

    private Outcome send(Connection connection, Tokens.Cursor tokens) throws IOException {
        Latencies latencies = new Latencies();
        long refused = 0;
        for (long before = System.nanoTime(); before < end; ) {
            if (connection.exchange(tokens.next()) != OK) {
                refused++;
            }
            long after = System.nanoTime();
            latencies.add(after - before);
            before = after;
        }
        return new Outcome(latencies, refused, 0);
    }

    /**
     * The result of requests.
     *
     * @param refused the number of responses other than 200
     */
    record Outcome(Latencies latencies, long refused, long nanos) {

        long requests() {
            return latencies.total();
        }

        static Outcome none() {
            return new Outcome(new Latencies(), 0, 0);
        }

        /** This result combined with a later one. */
        Outcome plus(Outcome later) {
            return new Outcome(latencies.plus(later.latencies), refused + later.refused, nanos + later.nanos);
        }

        private Outcome lasting(long duration) {
            return new Outcome(latencies, refused, duration);
        }
    }
}
