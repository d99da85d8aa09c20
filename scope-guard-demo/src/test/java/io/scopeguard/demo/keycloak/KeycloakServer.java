package io.scopeguard.demo.keycloak;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A real Keycloak in a separate process, on free ports, with an in-memory database. The system property {@code keycloak.home} names
 * the directory of its distribution; if {@code keycloak.url} is set instead, the server at this address is used.
 */
public final class KeycloakServer implements AutoCloseable {

    /** Name and password of the administrator of a server that was started here. */
    static final String ADMINISTRATOR = "admin";

    /** The first start compiles the distribution's configuration. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final URI url;
    private final @Nullable Process process;

    private KeycloakServer(URI url, @Nullable Process process) {
        this.url = url;
        this.process = process;
    }

    /** Starts a server, and waits until it answers. */
    public static KeycloakServer start() {
        String running = System.getProperty("keycloak.url", "");
        if (!running.isEmpty()) {
            return new KeycloakServer(URI.create(running), null);
        }
        try {
            int port = freePort();
            Process process = process(port, freePort());
            KeycloakServer server = new KeycloakServer(URI.create("http://127.0.0.1:" + port), process);
            // Stops the server even if the tests are killed.
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
            server.awaitAnswer();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Process process(int port, int managementPort) throws IOException {
        Path home = Path.of(Objects.requireNonNull(System.getProperty("keycloak.home"), "keycloak.home"));
        File log = new File("target", "keycloak.log");
        // Unpacking may have lost the executable bit.
        ProcessBuilder builder = new ProcessBuilder(List.of(
                "bash",
                home.resolve("bin/kc.sh").toString(),
                "start-dev",
                "--db=dev-mem",
                "--http-host=127.0.0.1",
                "--http-port=" + port,
                "--http-management-port=" + managementPort));
        builder.environment()
                .putAll(Map.of(
                        "JAVA_HOME",
                        System.getProperty("java.home"),
                        "JAVA_OPTS_KC_HEAP",
                        "-Xms128m -Xmx700m",
                        "KC_BOOTSTRAP_ADMIN_USERNAME",
                        ADMINISTRATOR,
                        "KC_BOOTSTRAP_ADMIN_PASSWORD",
                        ADMINISTRATOR));
        return builder.redirectErrorStream(true).redirectOutput(log).start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void awaitAnswer() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!answers()) {
            if (System.nanoTime() > end || (process != null && !process.isAlive())) {
                close();
                throw new IllegalStateException("Keycloak did not start: see target/keycloak.log");
            }
        }
    }

    private boolean answers() {
        HttpRequest request = HttpRequest.newBuilder(url.resolve("/realms/master"))
                .timeout(Duration.ofSeconds(30))
                .build();
        try {
            return HttpClient.newHttpClient()
                            .send(request, HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return hasPassed(Duration.ofMillis(500));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static boolean hasPassed(Duration pause) {
        try {
            TimeUnit.MILLISECONDS.sleep(pause.toMillis());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public URI url() {
        return url;
    }

    @Override
    public void close() {
        if (process != null) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
