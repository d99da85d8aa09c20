package io.scopeguard.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.scopeguard.logtobox.Browser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The demo's tools and the protocol's own client, with the embedded provider. Needs Node.js with npm and its registry. If one is
 * missing, the test is skipped with a message, except in the gate.
 */
@Tag("simulation")
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class AgentTests {

    private static final Path FOLDER = Path.of("target", "agent").toAbsolutePath();
    private static final Path SHARED = Path.of("..", "scope-guard-spring", "mcp", "src", "test", "js");

    @Test
    void agentSignsInStepsUpAndIsDemoted() throws Exception {
        assumeTrue(
                (Node.hasVersion(18) && Command.exists("npm")) || Node.isGate(), "no Node.js 18 with npm on the path");
        Files.createDirectories(FOLDER);
        for (Path file : List.of(
                SHARED.resolve("package.json"),
                SHARED.resolve("agent.js"),
                Path.of("src", "test", "agent", "demo.test.js"))) {
            Files.write(FOLDER.resolve(file.getFileName()), Files.readAllBytes(file));
        }
        Node.succeed(FOLDER, Map.of(), Stream.of("npm", "install", "--no-audit", "--no-fund", "--prefer-offline"));

        // Agents request tokens for the address, so that the port is known before the start.
        try (RunningDemo demo = RunningDemo.start("--server.port=" + freePort())) {
            String admin = demo.organizationToken("alice", "acme", "write:report");
            assertThat(demo.post("/organizations/acme/reports", admin, "{\"title\":\"Q3\"}")
                            .statusCode())
                    .isEqualTo(201);
            HttpServer stage = stage(demo);
            try {
                Map<String, String> environment = Map.of(
                        "DEMO",
                        demo.api(),
                        "STAGE",
                        "http://127.0.0.1:" + stage.getAddress().getPort());
                Node.test(FOLDER, environment, Stream.of("demo.test.js"));
            } finally {
                stage.stop(0);
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Events outside of the agent: bob at the provider's pages, and an operator. */
    private static HttpServer stage(RunningDemo demo) throws IOException {
        HttpServer stage = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        stage.createContext("/visit", exchange -> {
            URI address = URI.create(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            respond(
                    exchange,
                    new Browser(URI.create(demo.provider()), "bob")
                            .visit(address)
                            .toString());
        });
        stage.createContext("/promote", exchange -> {
            setRole(demo, "admin");
            respond(exchange, "");
        });
        stage.createContext("/demote", exchange -> {
            setRole(demo, "member");
            respond(exchange, "");
        });
        stage.start();
        return stage;
    }

    private static void setRole(RunningDemo demo, String role) throws IOException {
        try {
            demo.management(
                    "PUT", "/organizations/acme/users/bob/roles", "{\"organizationRoleNames\":[\"" + role + "\"]}");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private static void respond(HttpExchange exchange, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
