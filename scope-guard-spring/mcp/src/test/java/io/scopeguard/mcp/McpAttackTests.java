package io.scopeguard.mcp;

import static io.scopeguard.mcp.McpServer.BOX;
import static io.scopeguard.mcp.McpServer.member;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelcontextprotocol.server.McpServerFeatures.SyncToolSpecification;
import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import io.scopeguard.mcp.McpClient.Reply;
import io.scopeguard.spring.RequiresScopes;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.ai.mcp.annotation.McpTool;

/** Attempts to call a tool without its scope. None may reach it, whatever the answer is. */
class McpAttackTests {

    private static final AtomicInteger REACHED = new AtomicInteger();

    private static McpServer streamable;
    private static McpServer stateless;
    private static McpServer closed;

    @BeforeAll
    static void start() {
        List<Class<?>> beans = List.of(Vault.class, Tools.Undeclared.class);
        streamable = McpServer.start(beans, "scope-guard.mcp.max-message=64KB");
        stateless =
                McpServer.start(beans, "scope-guard.mcp.max-message=64KB", "spring.ai.mcp.server.protocol=STATELESS");
        closed = McpServer.start(beans, "scope-guard.unannotated=deny");
    }

    @AfterAll
    static void stop() {
        streamable.close();
        stateless.close();
        closed.close();
    }

    /** What nobody in these tests may open. */
    static class Vault {

        @McpTool(name = "open_vault", description = "Opens the vault")
        @RequiresScopes("open:vault")
        String open() {
            REACHED.incrementAndGet();
            return "gold";
        }
    }

    private static McpClient client(McpServer server) {
        return server.client(BOX.token(member("read:report"), "acme", "read:report"))
                .initialized();
    }

    /** One row for each way of putting it; the status is that of both kinds of servers. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "plain               | 403 | {'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'open_vault'}}",
                "escaped             | 403 | {'jsonrpc':'2.0','id':1,'method':'tools\\u002fcall','params':{'name':'open\\u005fvault'}}",
                "no id               | 403 | {'jsonrpc':'2.0','method':'tools/call','params':{'name':'open_vault'}}",
                "null id             | 403 | {'jsonrpc':'2.0','id':null,'method':'tools/call','params':{'name':'open_vault'}}",
                "name twice          | 400 | {'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'say_hello','name':'open_vault'}}",
                "name twice, escaped | 400 | {'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'say_hello','n\\u0061me':'open_vault'}}",
                "params twice        | 400 | {'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'say_hello'},'params':{'name':'open_vault'}}",
                "method twice        | 400 | {'jsonrpc':'2.0','id':1,'method':'ping','method':'tools/call','params':{'name':'open_vault'}}",
                "batch               | 400 | [{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'open_vault'}}]",
                "two messages        | 400 | {'jsonrpc':'2.0','id':1,'method':'ping'}{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'open_vault'}}",
                "comment             | 400 | /**/{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'open_vault'}}",
                "byte order mark     | 400 | \ufeff{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'open_vault'}}",
                "name is a number    | 400 | {'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':5}}",
                "name is a list      | 400 | {'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':['open_vault']}}",
                "no name             | 400 | {'jsonrpc':'2.0','id':1,'method':'tools/call','params':{}}",
                "no params           | 400 | {'jsonrpc':'2.0','id':1,'method':'tools/call'}",
                "params are a list   | 400 | {'jsonrpc':'2.0','id':1,'method':'tools/call','params':['open_vault']}",
                "method is a list    | 400 | {'jsonrpc':'2.0','id':1,'method':['tools/call'],'params':{'name':'open_vault'}}",
                "arguments are text  | 400 | {'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'open_vault','arguments':'x'}}",
                "null                | 400 | null",
                "empty               | 400 | ``",
                "not JSON            | 400 | <tools/call/>",
                "name in other case  | 200 | {'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'OPEN_VAULT'}}",
                "name with a space   | 200 | {'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'open_vault '}}",
                "unknown tool        | 200 | {'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'open_safe'}}",
            })
    void verifyMessagesNeverReachTool(String way, int status, String message) {
        int before = REACHED.get();
        String body = message.replace('\'', '"');
        for (McpServer server : List.of(streamable, stateless)) {
            Reply reply = client(server).post(body);

            assertThat(reply.status()).as(way + ": " + reply).isEqualTo(status);
            assertThat(reply.response().body()).doesNotContain("gold");
        }
        assertThat(REACHED).hasValue(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/json; charset=utf-16",
                "application/json; charset=nonsense",
                "application/jsonx",
                "nonsense"
            })
    void verifyWhenBodyIsNotJsonThenUnsupported(String contentType) {
        String body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"open_vault\"}}";
        for (McpServer server : List.of(streamable, stateless)) {
            McpClient client = client(server);

            Reply reply = client.send(
                    client.request().header("Content-Type", contentType).POST(BodyPublishers.ofString(body)));

            assertThat(reply.status()).isEqualTo(415);
        }
    }

    @Test
    void verifyWhenBytesAreNotUtf8ThenMalformed() {
        byte[] body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"open_vault\"}}"
                .getBytes(StandardCharsets.UTF_16LE);
        McpClient client = client(streamable);

        Reply reply = client.send(
                client.request().header("Content-Type", "application/json").POST(BodyPublishers.ofByteArray(body)));

        assertThat(reply.status()).isEqualTo(400);
    }

    @Test
    void verifyWhenBodyIsHugeThenTooLarge() {
        String body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"x\":\"" + "x".repeat(64 * 1024)
                + "\"}}";

        assertThat(client(streamable).post(body).status()).isEqualTo(413);
    }

    @Test
    void verifyWhenToolIsCalledByGetThenNothing() {
        McpClient client = client(stateless);

        assertThat(client.send(client.request().GET()).status()).isEqualTo(405);
        assertThat(client.send(client.request()
                                .uri(stateless.endpoint().resolve("/mcp?method=tools/call&name=open_vault"))
                                .GET())
                        .status())
                .isEqualTo(405);
    }

    @Test
    void verifyWhenSessionIsNamedTwiceThenMalformed() {
        McpClient client = client(streamable);

        assertThat(client.send(client.request()
                                .header("Mcp-Session-Id", "another")
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}")))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void verifyWhenUnannotatedIsDeniedThenOnlyDeclaredToolsAreOffered() {
        McpClient client = client(closed);

        Reply reply = client.call("say_hello");
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.problem()).isEqualTo("undeclared");
        assertThat(client.list("tools/list", "tools", "name")).isEmpty();
        McpClient opener = closed.client(BOX.token(member("open:vault"), "acme", "open:vault"))
                .initialized();
        assertThat(opener.list("tools/list", "tools", "name")).containsExactly("open_vault");
        assertThat(opener.call("open_vault").text()).contains("gold");
    }

    @Test
    void verifyWhenCodeRegistersToolThenItIsUndeclared() {
        for (McpServer server : List.of(streamable, closed)) {
            server.context()
                    .getBean(McpSyncServer.class)
                    .addTool(SyncToolSpecification.builder()
                            .tool(Tool.builder("added", Map.of("type", "object"))
                                    .build())
                            .callHandler((exchange, request) -> CallToolResult.builder()
                                    .addTextContent("added")
                                    .build())
                            .build());
        }

        assertThat(client(streamable).call("added").text()).isEqualTo("added");
        assertThat(client(closed).call("added").problem()).isEqualTo("undeclared");
    }
}
