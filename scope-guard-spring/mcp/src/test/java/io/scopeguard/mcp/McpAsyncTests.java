package io.scopeguard.mcp;

import static io.scopeguard.mcp.McpServer.BOX;
import static io.scopeguard.mcp.McpServer.member;
import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.mcp.McpClient.Reply;
import io.scopeguard.spring.RequiresScopes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.ai.mcp.annotation.McpTool;
import reactor.core.publisher.Mono;

/** Servers whose tools return publishers. */
class McpAsyncTests {

    static class Reactive {

        @McpTool(name = "read_reports", description = "Reads the reports")
        @RequiresScopes(value = "read:report", maxAge = "0s")
        Mono<String> read() {
            return Mono.delay(Duration.ofMillis(1)).map(tick -> "the reports");
        }

        @McpTool(name = "reports_of", description = "Reads the reports of an organization")
        @RequiresScopes(value = "read:report", organization = "#organizationId")
        Mono<String> of(String organizationId) {
            return Mono.just("the reports of " + organizationId);
        }

        @McpTool(name = "delete_report", description = "Deletes a report")
        @RequiresScopes(value = "delete:report", maxAge = "0s")
        Mono<String> delete() {
            return Mono.just("deleted");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"STREAMABLE", "STATELESS"})
    void verifyCallWhenServerIsAsynchronousThenDecidedAsInOthers(String protocol) {
        try (McpServer server = McpServer.start(
                List.of(Reactive.class),
                "spring.ai.mcp.server.type=ASYNC",
                "spring.ai.mcp.server.protocol=" + protocol)) {
            String user = member("read:report", "delete:report");
            McpClient client = server.client(BOX.token(user, "acme", "read:report", "delete:report"))
                    .initialized();

            assertThat(client.list("tools/list", "tools", "name"))
                    .containsExactly("delete_report", "read_reports", "reports_of");
            assertThat(client.call("read_reports").text()).contains("the reports");
            assertThat(client.call("delete_report").text()).contains("deleted");
            assertThat(client.call("reports_of", Map.of("organizationId", "acme"))
                            .text())
                    .contains("the reports of acme");
            assertThat(client.call("reports_of", Map.of("organizationId", "globex"))
                            .problem())
                    .isEqualTo("organization-mismatch");

            BOX.addMember("acme", user, "read:report");

            Reply denied = client.call("delete_report");
            assertThat(denied.status()).isEqualTo(403);
            assertThat(denied.problem()).isEqualTo("insufficient-scope");
            assertThat(client.list("tools/list", "tools", "name")).containsExactly("read_reports", "reports_of");
        }
    }
}
