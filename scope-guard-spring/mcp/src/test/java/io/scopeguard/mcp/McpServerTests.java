package io.scopeguard.mcp;

import static io.scopeguard.mcp.McpServer.BOX;
import static io.scopeguard.mcp.McpServer.member;
import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.Decision;
import io.scopeguard.mcp.McpClient.Reply;
import io.scopeguard.spring.response.DecisionResult;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.event.EventListener;
import org.springframework.security.authorization.event.AuthorizationDeniedEvent;

/** Tools, prompts and resources that require scopes, in a server with sessions and in one without. */
class McpServerTests {

    private static McpServer streamable;
    private static McpServer stateless;

    @BeforeAll
    static void start() {
        List<Class<?>> beans = List.of(Tools.Reports.class, Tools.Undeclared.class, Tools.Others.class, Denials.class);
        streamable = McpServer.start(beans);
        stateless = McpServer.start(beans, "spring.ai.mcp.server.protocol=STATELESS");
    }

    @AfterAll
    static void stop() {
        streamable.close();
        stateless.close();
    }

    /** Takes note of denials. */
    static class Denials {

        final Queue<Decision> all = new ConcurrentLinkedQueue<>();

        @EventListener
        void denied(AuthorizationDeniedEvent<?> event) {
            if (event.getAuthorizationResult() instanceof DecisionResult result) {
                all.add(result.decision());
            }
        }
    }

    private static McpServer server(String protocol) {
        return protocol.equals("STATELESS") ? stateless : streamable;
    }

    @ParameterizedTest
    @ValueSource(strings = {"STREAMABLE", "STATELESS"})
    void verifyWhenTokenPermitsThenToolIsCalled(String protocol) {
        McpClient client = server(protocol)
                .client(BOX.token(member("read:report"), "acme", "read:report"))
                .initialized();

        assertThat(client.call("read_reports").text()).contains("the reports");
        assertThat(client.call("reports_of", Map.of("organizationId", "acme")).text())
                .contains("the reports of acme");
        assertThat(client.call("find_reports", Map.of("query", Map.of("organization", "acme")))
                        .text())
                .contains("the reports of acme");
        assertThat(client.call("say_hello").text()).contains("hello");
        assertThat(client.send("prompts/get", Map.of("name", "summarize", "arguments", Map.of("style", "briefly")))
                        .result()
                        .toString())
                .contains("Summarize the reports, briefly");
        assertThat(client.send("resources/read", Map.of("uri", "report://acme/7"))
                        .result()
                        .toString())
                .contains("report 7 of acme");
        assertThat(client.send("ping", Map.of()).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"STREAMABLE", "STATELESS"})
    void verifyWhenSubjectHoldsMoreThanTokenThenChallengeAsksForAll(String protocol) {
        String token = BOX.token(
                member("read:report", "write:report", "delete:report"), "acme", "read:report", "write:report");
        McpServer server = server(protocol);
        Denials denials = server.context().getBean(Denials.class);
        denials.all.clear();

        Reply reply = server.client(token).initialized().call("delete_report", Map.of("id", "7"));

        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.challenge())
                .contains("error=\"insufficient_scope\"")
                .contains("scope=\"delete:report read:report write:report\"")
                .contains("resource_metadata=\"http://127.0.0.1:");
        assertThat(reply.problem()).isEqualTo("insufficient-scope");
        assertThat(reply.body().path("organization_id").asString()).isEqualTo("acme");
        assertThat(denials.all)
                .singleElement()
                .satisfies(denied -> assertThat(denied.grantable().toList()).containsExactly("delete:report"));
    }

    /** A client that asks for all named scopes must not ask for one that its user has lost. */
    @ParameterizedTest
    @ValueSource(strings = {"STREAMABLE", "STATELESS"})
    void verifyWhenTokenCarriesALostScopeThenChallengeDoesNotAskForIt(String protocol) {
        String user = member("read:report", "write:report");
        String token = BOX.token(user, "acme", "read:report", "write:report");
        BOX.addMember("acme", user, "read:report", "delete:report");

        Reply reply = server(protocol).client(token).initialized().call("delete_report", Map.of("id", "7"));

        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.challenge()).contains("scope=\"delete:report read:report\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"STREAMABLE", "STATELESS"})
    void verifyWhenNobodyGrantedScopeThenChallengeNamesNone(String protocol) {
        Reply reply = server(protocol)
                .client(BOX.token(member("read:report"), "acme", "read:report"))
                .initialized()
                .call("delete_report", Map.of("id", "7"));

        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.challenge()).contains("insufficient_scope").doesNotContain(" scope=");
        assertThat(reply.body().path("action").asString()).isEqualTo("none");
    }

    @ParameterizedTest
    @ValueSource(strings = {"STREAMABLE", "STATELESS"})
    void verifyWhenDemotedBetweenTwoCallsThenSecondIsDenied(String protocol) {
        String user = member("read:report", "delete:report");
        McpClient client = server(protocol)
                .client(BOX.token(user, "acme", "read:report", "delete:report"))
                .initialized();
        assertThat(client.call("delete_report", Map.of("id", "7")).text()).contains("deleted 7");

        BOX.addMember("acme", user, "read:report");

        Reply reply = client.call("delete_report", Map.of("id", "8"));
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.problem()).isEqualTo("insufficient-scope");
        assertThat(client.call("read_reports").text()).contains("the reports");
    }

    @ParameterizedTest
    @ValueSource(strings = {"STREAMABLE", "STATELESS"})
    void verifyWhenAnotherOrganizationIsNamedThenMismatch(String protocol) {
        String user = member("read:report");
        BOX.addMember("globex", user, "read:report");
        McpClient client =
                server(protocol).client(BOX.token(user, "acme", "read:report")).initialized();

        assertThat(client.call("reports_of", Map.of("organizationId", "globex")).problem())
                .isEqualTo("organization-mismatch");
        assertThat(client.call("reports_of").problem()).isEqualTo("organization-mismatch");
        assertThat(client.call("reports_of", Map.of("organizationId", List.of("acme")))
                        .problem())
                .isEqualTo("organization-mismatch");
        assertThat(client.call("find_reports", Map.of("query", Map.of("organization", "globex")))
                        .problem())
                .isEqualTo("organization-mismatch");
        assertThat(client.send("resources/read", Map.of("uri", "report://globex/7"))
                        .problem())
                .isEqualTo("organization-mismatch");
    }

    @Test
    void verifyWhenTokenIsOfAnotherKindThenSaysWhich() {
        McpClient client = streamable
                .client(BOX.token(member("read:report"), "acme", "read:report"))
                .initialized();

        assertThat(client.call("documents").problem()).isEqualTo("wrong-token-kind");
        assertThat(client.call("premium").problem()).isEqualTo("insufficient-role");
    }

    @Test
    void verifyWhenTokenIsForNoOrganizationThenOnlyToolsOutsideOfThem() {
        McpClient client = streamable.client(BOX.resourceToken("alice", "https://api.example.test", "read:document"));
        client.initialized();

        assertThat(client.call("read_reports").status()).isEqualTo(403);
        assertThat(client.call("say_hello").text()).contains("hello");
    }

    @ParameterizedTest
    @ValueSource(strings = {"STREAMABLE", "STATELESS"})
    void verifyListThenShowsWhatSubjectMayCall(String protocol) {
        String reader = BOX.token(member("read:report"), "acme", "read:report");
        String none = BOX.token(member("write:report"), "acme", "write:report");
        McpClient client = server(protocol).client(reader).initialized();

        assertThat(client.list("tools/list", "tools", "name"))
                .containsExactly("find_reports", "premium", "read_reports", "reports_of", "say_hello");
        assertThat(client.list("prompts/list", "prompts", "name")).containsExactly("summarize");
        assertThat(client.list("resources/templates/list", "resourceTemplates", "uriTemplate"))
                .containsExactly("report://{organizationId}/{id}");
        McpClient other = server(protocol).client(none).initialized();
        assertThat(other.list("tools/list", "tools", "name")).containsExactly("premium", "say_hello", "write_report");
        assertThat(other.list("prompts/list", "prompts", "name")).isEmpty();
    }

    @Test
    void verifyListWhenTokenLacksScopeThenNamesIt() {
        String token = BOX.token(member("read:report", "delete:report"), "acme", "read:report");

        Reply reply = streamable.client(token).initialized().send("tools/list", Map.of());

        assertThat(reply.body().toString())
                .contains("{\"io.scopeguard/missing-scopes\":[\"delete:report\"]}")
                .doesNotContain("[\"read:report\"]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"STREAMABLE", "STATELESS"})
    void verifyCompletionWhenPromptRequiresScopeThenRequiresIt(String protocol) {
        Map<String, ?> params = Map.of(
                "ref",
                Map.of("type", "ref/prompt", "name", "summarize"),
                "argument",
                Map.of("name", "style", "value", "b"));
        String reader = BOX.token(member("read:report"), "acme", "read:report");
        String none = BOX.token(member("write:report"), "acme", "write:report");

        assertThat(server(protocol)
                        .client(reader)
                        .initialized()
                        .send("completion/complete", params)
                        .result()
                        .toString())
                .contains("briefly");
        assertThat(server(protocol)
                        .client(none)
                        .initialized()
                        .send("completion/complete", params)
                        .status())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"STREAMABLE", "STATELESS"})
    void verifyCompletionWhenTemplateNamesOrganizationThenMustBeThatOfToken(String protocol) {
        McpClient client = server(protocol)
                .client(BOX.token(member("read:report"), "acme", "read:report"))
                .initialized();

        assertThat(completed(client, "acme").result().toString()).contains("id of acme");
        assertThat(completed(client, "globex").problem()).isEqualTo("organization-mismatch");
    }

    /** A client without a user has nobody to ask: it repeats its token request, and names the scope. */
    @ParameterizedTest
    @ValueSource(strings = {"STREAMABLE", "STATELESS"})
    void verifyWhenMachineLacksScopeThenNeverAskedForConsent(String protocol) throws Exception {
        McpClient client =
                server(protocol).client(ProviderTokens.ofMachine("read:report")).initialized();

        Reply granted = client.call("read_reports");
        Reply denied = client.call("write_report");

        assertThat(granted.text()).contains("the reports");
        assertThat(granted.response().headers().firstValue("Scope-Drift")).isEmpty();
        assertThat(denied.status()).isEqualTo(403);
        assertThat(denied.challenge()).contains("scope=\"write:report read:report\"");
        assertThat(denied.body().path("action").asString()).isEqualTo("refresh");
        McpClient better = server(protocol)
                .client(ProviderTokens.ofMachine("read:report write:report"))
                .initialized();
        assertThat(better.call("write_report").text()).contains("written");
    }

    @ParameterizedTest
    @ValueSource(strings = {"STREAMABLE", "STATELESS"})
    void verifyWhenAnotherUserActsThenDecisionNamesIt(String protocol) throws Exception {
        String user = member("read:report");
        String actor = member("read:report");
        Denials denials = server(protocol).context().getBean(Denials.class);
        denials.all.clear();
        McpClient client = server(protocol)
                .client(ProviderTokens.ofActor(user, actor, "read:report"))
                .initialized();

        assertThat(client.call("read_reports").text()).contains("the reports");
        assertThat(client.call("delete_report", Map.of("id", "7")).status()).isEqualTo(403);

        assertThat(denials.all).singleElement().satisfies(denied -> {
            assertThat(denied.token().subject().id()).isEqualTo(user);
            assertThat(denied.token().actor()).isEqualTo(actor);
        });
    }

    private static Reply completed(McpClient client, String organization) {
        return client.send(
                "completion/complete",
                Map.of(
                        "ref",
                        Map.of("type", "ref/resource", "uri", "report://{organizationId}/{id}"),
                        "argument",
                        Map.of("name", "id", "value", ""),
                        "context",
                        Map.of("arguments", Map.of("organizationId", organization))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"STREAMABLE", "STATELESS"})
    void verifyWhenNoTokenThenChallengeLeadsToMetadata(String protocol) {
        Reply reply = new McpClient(server(protocol).endpoint(), null).send("tools/list", Map.of());

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.challenge()).contains("resource_metadata=").doesNotContain("error=");
    }

    @ParameterizedTest
    @ValueSource(strings = {"STREAMABLE", "STATELESS"})
    void verifyWhenSuspendedThenNothing(String protocol) {
        String user = member("read:report");
        McpClient client =
                server(protocol).client(BOX.token(user, "acme", "read:report")).initialized();

        BOX.directory().suspend(user, true);

        assertThat(client.call("read_reports").status()).isEqualTo(401);
    }
}
