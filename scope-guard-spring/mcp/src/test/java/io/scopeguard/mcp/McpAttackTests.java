package io.scopeguard.mcp;

import static io.scopeguard.mcp.McpServer.BOX;
import static io.scopeguard.mcp.McpServer.member;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.annotation.JsonAlias;
import io.modelcontextprotocol.server.McpServerFeatures.SyncToolSpecification;
import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import io.scopeguard.mcp.McpClient.Reply;
import io.scopeguard.spring.RequiresScopes;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.ai.mcp.annotation.McpComplete;
import org.springframework.ai.mcp.annotation.McpPrompt;
import org.springframework.ai.mcp.annotation.McpTool;
import org.springframework.security.core.AuthenticationException;

/** Attempts to call a tool without its scope. None may reach the tool, whatever the response is. */
class McpAttackTests {

    private static final AtomicInteger REACHED = new AtomicInteger();

    private static McpServer streamable;
    private static McpServer stateless;
    private static McpServer closed;

    @BeforeAll
    static void start() {
        List<Class<?>> open = List.of(Vault.class, Tools.Undeclared.class);
        List<Class<?>> beans = List.of(Vault.class, Tools.Undeclared.class, Ambiguous.class);
        streamable = McpServer.start(beans, "scope-guard.mcp.max-message=64KB");
        stateless =
                McpServer.start(beans, "scope-guard.mcp.max-message=64KB", "spring.ai.mcp.server.protocol=STATELESS");
        closed = McpServer.start(open, "scope-guard.unannotated=deny");
    }

    @AfterAll
    static void stop() {
        streamable.close();
        stateless.close();
        closed.close();
    }

    /** A tool that no client in these tests may call. */
    static class Vault {

        @McpTool(name = "open_vault", description = "Opens the vault")
        @RequiresScopes("open:vault")
        String open() {
            REACHED.incrementAndGet();
            return "gold";
        }
    }

    /** The organization of a call is known only when the arguments of its message are bound. */
    static class Ambiguous {

        @McpTool(name = "find_gold", description = "Finds gold")
        @RequiresScopes(value = "read:report", organization = "#query.organization")
        String find(Query query) {
            REACHED.incrementAndGet();
            return "gold of " + query.organization();
        }

        @McpPrompt(name = "choose_gold", description = "Chooses gold")
        String choose(String organizationId, String id) {
            return "Choose gold " + id + " of " + organizationId;
        }

        @McpComplete(prompt = "choose_gold")
        @RequiresScopes(value = "read:report", organization = "#organizationId")
        List<String> complete(String organizationId) {
            REACHED.incrementAndGet();
            return List.of("gold of " + organizationId);
        }
    }

    record Query(@JsonAlias("org") String organization) {}

    private static McpClient client(McpServer server) {
        return server.client(BOX.token(member("read:report"), "acme", "read:report"))
                .initialized();
    }

    /** Each row is another form of the call, with the status that both kinds of servers return. */
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
    void verifyPostWhenScopeIsMissingThenNoFormOfMessageReachesTool(String way, int status, String message) {
        int before = REACHED.get();
        String body = message.replace('\'', '"');
        for (McpServer server : List.of(streamable, stateless)) {
            Reply reply = client(server).post(body);

            assertThat(reply.status()).as(way + ": " + reply).isEqualTo(status);
            assertThat(reply.response().body()).doesNotContain("gold");
        }
        assertThat(REACHED).hasValue(before);
    }

    /** The message reads as if it were about acme, and the arguments that the method receives are about globex. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'method':'tools/call','params':{'name':'find_gold','arguments':{'query':{'organization':'acme','org':'globex'}}}}",
                "{'method':'completion/complete','params':{'ref':{'type':'ref/prompt','name':'choose_gold'},"
                        + "'argument':{'name':'id','value':'globex'},'context':{'arguments':{'organizationId':'acme'}}}}",
            })
    void verifyWhenBoundArgumentsNameAnotherOrganizationThenMismatch(String message) {
        int before = REACHED.get();
        String body = message.replace('\'', '"').replaceFirst("\\{", "{\"jsonrpc\":\"2.0\",\"id\":1,");
        for (McpServer server : List.of(streamable, stateless)) {
            Reply reply = client(server).post(body);

            assertThat(reply.body().path("error").path("code").asInt())
                    .as(reply.toString())
                    .isEqualTo(-32003);
            assertThat(reply.body().path("error").path("data").path("type").asString())
                    .endsWith("organization-mismatch");
            assertThat(reply.response().body()).doesNotContain("gold of");
        }
        assertThat(REACHED).hasValue(before);
    }

    @Test
    void verifyWhenBoundArgumentsNameSameOrganizationThenReached() {
        for (McpServer server : List.of(streamable, stateless)) {
            McpClient client = client(server);

            assertThat(client.call("find_gold", Map.of("query", Map.of("org", "acme")))
                            .problem())
                    .isEqualTo("organization-mismatch");
            assertThat(client.call("find_gold", Map.of("query", Map.of("organization", "acme")))
                            .text())
                    .isEqualTo("gold of acme");
            assertThat(completion(client, Map.of("name", "organizationId", "value", "acme"))
                            .result()
                            .toString())
                    .contains("gold of acme");
        }
    }

    @Test
    void verifyWhenCompletedArgumentIsAlsoInContextThenMalformed() {
        int before = REACHED.get();
        for (McpServer server : List.of(streamable, stateless)) {
            assertThat(completion(client(server), Map.of("name", "organizationId", "value", "acme"), "globex")
                            .status())
                    .isEqualTo(400);
        }
        assertThat(REACHED).hasValue(before);
    }

    private static Reply completion(McpClient client, Map<String, ?> argument, String... organization) {
        Map<String, String> known = new HashMap<>();
        for (String id : organization) {
            known.put("organizationId", id);
        }
        return client.send(
                "completion/complete",
                Map.of(
                        "ref",
                        Map.of("type", "ref/prompt", "name", "choose_gold"),
                        "argument",
                        argument,
                        "context",
                        Map.of("arguments", known)));
    }

    @Test
    void verifyWhenToolIsCalledByOtherBeanThenItIsGuardedAsWell() {
        int before = REACHED.get();
        Vault vault = streamable.context().getBean(Vault.class);
        Ambiguous ambiguous = streamable.context().getBean(Ambiguous.class);

        assertThatExceptionOfType(AuthenticationException.class).isThrownBy(vault::open);
        assertThatExceptionOfType(AuthenticationException.class).isThrownBy(() -> ambiguous.find(new Query("acme")));
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
