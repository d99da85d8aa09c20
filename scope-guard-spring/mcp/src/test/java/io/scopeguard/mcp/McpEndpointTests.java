package io.scopeguard.mcp;

import static io.scopeguard.mcp.McpServer.BOX;
import static io.scopeguard.mcp.McpServer.member;
import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.mcp.McpClient.Reply;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Endpoints whose path or header names the organization. */
class McpEndpointTests {

    private static final String READ =
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"read_reports\"}}";

    private static String reader() {
        return BOX.token(member("read:report"), "acme", "read:report");
    }

    @Test
    void verifyWhenPathNamesOrganizationThenTokenMustBeForIt() {
        try (McpServer server = McpServer.start(
                List.of(Tools.Reports.class),
                "spring.ai.mcp.server.streamable-http.mcp-endpoint=/organizations/{organizationId}/mcp")) {
            String token = reader();
            McpClient own = at(server, "acme", token).initialized();

            assertThat(own.call("read_reports").text()).isEqualTo("the reports");
            assertThat(own.call("reports_of", Map.of("organizationId", "acme")).text())
                    .isEqualTo("the reports of acme");
            assertThat(at(server, "globex", token).call("read_reports").problem())
                    .isEqualTo("organization-mismatch");
        }
    }

    private static McpClient at(McpServer server, String organization, String token) {
        return new McpClient(server.endpoint().resolve("/organizations/" + organization + "/mcp"), token);
    }

    @Test
    void verifyWhenHeaderIsSetUpThenItMustBeSent() {
        try (McpServer server = McpServer.start(
                List.of(Tools.Reports.class),
                "spring.ai.mcp.server.protocol=STATELESS",
                "scope-guard.organization.header=X-Organization")) {
            McpClient client = server.client(reader());

            assertThat(read(client, "acme").text()).isEqualTo("the reports");
            assertThat(read(client, "globex").problem()).isEqualTo("organization-mismatch");
            assertThat(read(client, null).problem()).isEqualTo("organization-mismatch");
        }
    }

    private static Reply read(McpClient client, @Nullable String organization) {
        HttpRequest.Builder request =
                client.request().header("Content-Type", "application/json").POST(BodyPublishers.ofString(READ));
        return client.send(organization == null ? request : request.header("X-Organization", organization));
    }

    /** Tools and web handlers declare scopes alike. */
    @Test
    void verifyMetadataThenListsScopesOfTools() {
        try (McpServer server =
                McpServer.start(List.of(Tools.Others.class), "spring.ai.mcp.server.protocol=STATELESS")) {
            McpClient anyone = new McpClient(server.endpoint().resolve("/.well-known/oauth-protected-resource"), null);

            Reply metadata = anyone.send(
                    anyone.request().header("Accept", "application/json").GET());

            assertThat(metadata.response().body()).contains("read:document");
        }
    }
}
