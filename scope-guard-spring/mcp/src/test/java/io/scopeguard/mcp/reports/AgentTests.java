package io.scopeguard.mcp.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.scopeguard.logtobox.Browser;
import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.directory.Resource;
import io.scopeguard.mcp.McpServer;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The server of the documentation and the protocol's own client, with the embedded provider. Needs Node.js with npm and its
 * registry. If one is missing, the test is skipped with a message, except in the gate.
 */
@Tag("thorough")
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class AgentTests {

    private static final Path FOLDER = Path.of("target", "agent").toAbsolutePath();
    private static final String RESOURCE = "https://mcp.example.com/mcp";
    private static final String ROLE = "member agent-user of acme";

    private static boolean isGate() {
        return "true".equals(System.getenv("CI"));
    }

    private static int run(Map<String, String> environment, File output, String... command)
            throws IOException, InterruptedException {
        ProcessBuilder process = new ProcessBuilder(command)
                .directory(FOLDER.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output);
        process.environment().putAll(environment);
        return process.start().waitFor();
    }

    private static boolean exists(String command) throws InterruptedException {
        try {
            return run(Map.of(), FOLDER.resolve("version.txt").toFile(), command, "--version") == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void verifyAgentSignsInStepsUpAndIsDemoted() throws Exception {
        Files.createDirectories(FOLDER);
        assumeTrue((exists("node") && exists("npm")) || isGate(), "no Node.js with npm on the path");
        for (String file : List.of("package.json", "agent.js", "agent.test.js")) {
            Files.write(FOLDER.resolve(file), Files.readAllBytes(Path.of("src", "test", "js", file)));
        }
        File output = FOLDER.resolve("output.txt").toFile();
        int installed = run(Map.of(), output, "npm", "install", "--no-audit", "--no-fund", "--prefer-offline");
        assertThat(installed).as(Files.readString(output.toPath())).isZero();

        prepareProvider();
        HttpServer stage = stage();
        try (McpServer server = McpServer.start(
                List.of(ReportServer.class),
                "scope-guard.public-url=https://mcp.example.com",
                "scope-guard.resources=" + RESOURCE,
                "scope-guard.default-audience=" + RESOURCE)) {
            Map<String, String> environment = Map.of(
                    "SERVER",
                    server.endpoint().resolve("/").toString().replaceAll("/$", ""),
                    "STAGE",
                    "http://127.0.0.1:" + stage.getAddress().getPort());
            int tested = run(environment, output, "node", "--test", "agent.test.js");
            assertThat(tested).as(Files.readString(output.toPath())).isZero();
        } finally {
            stage.stop(0);
        }
    }

    /** An API resource for the server, and a user who may read reports. */
    private static void prepareProvider() {
        Directory directory = McpServer.BOX.directory();
        McpServer.BOX.addMember("acme", "agent-user");
        directory.resources().insert(new Resource("mcp-server", "MCP server", RESOURCE, false, 3600));
        directory.addResourceScope(RESOURCE, "read:report", ROLE);
        directory.addResourceScope(RESOURCE, "delete:report");
    }

    /** Changes to the user's role. */
    private static void grant(String... scopes) {
        Directory directory = McpServer.BOX.directory();
        List<String> ids = directory
                .resourceScopes()
                .where(scope -> scope.resourceId().equals("mcp-server")
                        && List.of(scopes).contains(scope.name()))
                .stream()
                .map(scope -> scope.id())
                .toList();
        directory.organizationRoleResourceScopes().replace(directory.organizationRoleId(ROLE), ids);
    }

    /** What happens outside of the agent: a person at the provider's pages, and an operator. */
    private static HttpServer stage() throws IOException {
        HttpServer stage = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        stage.createContext("/visit", exchange -> {
            URI address = URI.create(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            respond(
                    exchange,
                    new Browser(McpServer.BOX.endpoint(), "agent-user")
                            .visit(address)
                            .toString());
        });
        stage.createContext("/promote", exchange -> {
            grant("read:report", "delete:report");
            respond(exchange, "");
        });
        stage.createContext("/demote", exchange -> {
            grant("read:report");
            respond(exchange, "");
        });
        stage.start();
        return stage;
    }

    private static void respond(HttpExchange exchange, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
