package io.scopeguard.aws;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The endpoint from which a function's runtime fetches events: four paths of the Lambda Runtime API. */
public final class LambdaRuntime implements AutoCloseable {

    private static final String INVOCATION = "/2018-06-01/runtime/invocation/";
    private static final int PATIENCE_SECONDS = 180;
    private static final long DEADLINE_MILLIS = 900_000;

    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "lambda-runtime");
        thread.setDaemon(true);
        return thread;
    });
    private final HttpServer server;
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    private int invocations;

    /**
     * The result of a function for an event.
     *
     * @param isError whether it failed
     * @param body its answer, or the description of its failure
     */
    public record Outcome(boolean isError, String body) {}

    public LambdaRuntime() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** The environment variables of the runtime. */
    public Map<String, String> environment(String handler) {
        return Map.of(
                "AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + server.getAddress().getPort(),
                "_HANDLER", handler,
                "LAMBDA_TASK_ROOT", System.getProperty("java.io.tmpdir"),
                "AWS_LAMBDA_FUNCTION_NAME", "authorizer",
                "AWS_LAMBDA_FUNCTION_VERSION", "1",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512",
                "AWS_LAMBDA_LOG_GROUP_NAME", "group",
                "AWS_LAMBDA_LOG_STREAM_NAME", "stream");
    }

    /** Lets the function handle an event. */
    public Outcome invoke(Process function, String event) throws InterruptedException {
        events.add(event);
        for (int seconds = 0; seconds < PATIENCE_SECONDS && function.isAlive(); seconds++) {
            Outcome outcome = outcomes.poll(1, TimeUnit.SECONDS);
            if (outcome != null) {
                return outcome;
            }
        }
        throw new AssertionError(function.isAlive() ? "the function does not answer" : "the function has ended");
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            if (path.equals(INVOCATION + "next")) {
                next(exchange);
            } else {
                outcomes.add(new Outcome(!path.endsWith("/response"), body));
                exchange.sendResponseHeaders(202, -1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void next(HttpExchange exchange) throws IOException, InterruptedException {
        byte[] event = events.take().getBytes(StandardCharsets.UTF_8);
        // The runtime's native part reads each of these and crashes if one is missing.
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", "application/json");
        headers.set("Lambda-Runtime-Aws-Request-Id", "request-" + ++invocations);
        headers.set("Lambda-Runtime-Aws-Tenant-Id", "tenant");
        headers.set("Lambda-Runtime-Deadline-Ms", String.valueOf(System.currentTimeMillis() + DEADLINE_MILLIS));
        headers.set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:1:function:a");
        headers.set("Lambda-Runtime-Trace-Id", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0");
        exchange.sendResponseHeaders(200, event.length);
        exchange.getResponseBody().write(event);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
