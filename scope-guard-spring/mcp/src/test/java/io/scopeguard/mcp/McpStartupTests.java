package io.scopeguard.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.PublicEndpoint;
import io.scopeguard.spring.RequiresScopes;
import io.scopeguard.testing.Sampled;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.ai.mcp.annotation.McpComplete;
import org.springframework.ai.mcp.annotation.McpPrompt;
import org.springframework.ai.mcp.annotation.McpResource;
import org.springframework.ai.mcp.annotation.McpTool;
import org.springframework.ai.mcp.annotation.context.McpSyncRequestContext;
import org.springframework.ai.mcp.server.webmvc.transport.WebMvcStreamableServerTransportProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** The application does not start if nothing would enforce the annotation of a tool. */
class McpStartupTests {

    private static final InputStream STANDARD_INPUT = System.in;

    /** A transport of standard input and output would take the messages that end the process of the tests. */
    @BeforeAll
    static void replaceInput() {
        System.setIn(InputStream.nullInputStream());
    }

    @AfterAll
    static void restoreInput() {
        System.setIn(STANDARD_INPUT);
    }

    static class Plain {

        @McpTool(name = "plain", description = "A tool")
        @RequiresScopes("read:report")
        String plain() {
            return "plain";
        }
    }

    static class Reactive {

        @McpTool(name = "reactive", description = "Returns a type that this kind of server ignores")
        @RequiresScopes("read:report")
        Mono<String> reactive() {
            return Mono.just("reactive");
        }
    }

    static class Bidirectional {

        @McpTool(name = "bidirectional", description = "Needs a session")
        @RequiresScopes("read:report")
        String bidirectional(McpSyncRequestContext context) {
            return context.sessionId();
        }
    }

    @Lazy
    static class LazyTool {

        @McpTool(name = "lazy", description = "Not there when the server starts")
        @RequiresScopes("read:report")
        String lazy() {
            return "lazy";
        }
    }

    @Scope("prototype")
    static class Prototype {

        @McpTool(name = "prototype", description = "Not there when the server starts")
        @RequiresScopes("read:report")
        String prototype() {
            return "prototype";
        }
    }

    interface Declared {

        @McpTool(name = "inherited", description = "Spring AI does not look at interfaces")
        @RequiresScopes("read:report")
        String inherited();
    }

    static class Inheriting implements Declared {

        @Override
        public String inherited() {
            return "inherited";
        }
    }

    static class Twin {

        @McpTool(name = "plain", description = "Has the name of another tool")
        @RequiresScopes("delete:report")
        String twin() {
            return "twin";
        }
    }

    @RestController
    static class Both {

        @GetMapping("/both")
        @McpTool(name = "both", description = "Also a web handler")
        @RequiresScopes("read:report")
        String both() {
            return "both";
        }
    }

    static class Open {

        @McpTool(name = "open", description = "For everybody")
        @PublicEndpoint
        String open() {
            return "open";
        }
    }

    static class Periodic {

        @Scheduled(fixedRate = 1000)
        @McpTool(name = "periodic", description = "Also called by a timer")
        @RequiresScopes("read:report")
        void periodic() {}
    }

    static class Swapped {

        @McpResource(
                uri = "report://{id}/{organizationId}",
                name = "swapped",
                description = "Variables in another order")
        @RequiresScopes(value = "read:report", organization = "#organizationId")
        String swapped(String organizationId, String id) {
            return organizationId + id;
        }
    }

    static class WithRequest {

        @McpTool(name = "with_request", description = "Refers to what no argument is")
        @RequiresScopes(value = "read:report", organization = "#request.arguments['organizationId']")
        String withRequest(CallToolRequest request) {
            return request.name();
        }
    }

    static class WithMap {

        @McpPrompt(name = "with_map", description = "Refers to all arguments")
        @RequiresScopes(value = "read:report", organization = "#arguments['organizationId']")
        String withMap(Map<String, Object> arguments) {
            return arguments.toString();
        }
    }

    static class FinalMethod {

        @McpTool(name = "final", description = "No proxy can intercept it")
        @RequiresScopes("read:report")
        final String unproxied() {
            return "final";
        }
    }

    static class Cyclic {

        @Autowired
        @Nullable
        CyclicPartner partner;

        @McpTool(name = "cyclic", description = "The server would call it without its proxy")
        @RequiresScopes("read:report")
        String cyclic() {
            return "cyclic";
        }
    }

    static class CyclicPartner {

        @Autowired
        @Nullable
        Cyclic tool;
    }

    static class Prompting {

        @McpPrompt(name = "prompting", description = "A prompt")
        @RequiresScopes("read:report")
        String prompting() {
            return "prompting";
        }
    }

    static class Resourceful {

        @McpResource(uri = "report://all", name = "resourceful", description = "A resource")
        @RequiresScopes("read:report")
        String resourceful() {
            return "resourceful";
        }
    }

    static class Completing {

        @McpComplete(prompt = "prompting")
        @RequiresScopes("read:report")
        String completing(String value) {
            return value;
        }
    }

    /** Its only argument is the value of any argument of the prompt. */
    static class Guessing {

        @McpPrompt(name = "guessing", description = "A prompt about reports of an organization")
        @RequiresScopes(value = "read:report", organization = "#organizationId")
        String guessing(String organizationId, String topic) {
            return topic;
        }

        @McpComplete(prompt = "guessing")
        List<String> guess(String organizationId) {
            return List.of(organizationId);
        }
    }

    static class Misspelt {

        @McpTool(name = "misspelt", description = "Names an argument that does not exist")
        @RequiresScopes(value = "read:report", organization = "#organisation")
        String misspelt(String organization) {
            return organization;
        }
    }

    static Stream<Arguments> unenforced() {
        String sse = "spring.ai.mcp.server.protocol=SSE";
        String stateless = "spring.ai.mcp.server.protocol=STATELESS";
        return Stream.of(
                Arguments.of(Plain.class, sse, "'webMvcSseServerTransportProvider'"),
                Arguments.of(Plain.class, "spring.ai.mcp.server.enabled=false", "no MCP server offers it"),
                Arguments.of(Plain.class, "spring.ai.mcp.server.stdio=true", "'stdioServerTransport'"),
                Arguments.of(Plain.class, "spring.ai.mcp.server.type=ASYNC", "no MCP server offers it"),
                Arguments.of(
                        Plain.class,
                        "spring.ai.mcp.server.annotation-scanner.enabled=false",
                        "no MCP server offers it"),
                Arguments.of(
                        Prompting.class, "spring.ai.mcp.server.annotation-scanner.enabled=false", "prompt 'prompting'"),
                Arguments.of(
                        Resourceful.class,
                        "spring.ai.mcp.server.annotation-scanner.enabled=false",
                        "resource 'report://all'"),
                Arguments.of(
                        Completing.class,
                        "spring.ai.mcp.server.annotation-scanner.enabled=false",
                        "completion 'prompting'"),
                Arguments.of(Reactive.class, stateless, "Reactive#reactive()"),
                Arguments.of(Bidirectional.class, stateless, "Bidirectional#bidirectional(McpSyncRequestContext)"),
                Arguments.of(LazyTool.class, stateless, "LazyTool#lazy()"),
                Arguments.of(Prototype.class, stateless, "Prototype#prototype()"),
                Arguments.of(Inheriting.class, stateless, "Inheriting#inherited()"),
                Arguments.of(Both.class, stateless, "several kinds of calls"),
                Arguments.of(Open.class, stateless, "@PublicEndpoint"),
                Arguments.of(Periodic.class, stateless, "called by the container"),
                Arguments.of(Misspelt.class, stateless, "#organisation"),
                Arguments.of(Guessing.class, stateless, "takes the value of whichever argument is completed"),
                Arguments.of(Swapped.class, stateless, "'organizationId' takes the variable {id}"),
                Arguments.of(WithRequest.class, stateless, "'request' is not an argument"),
                Arguments.of(WithMap.class, stateless, "'arguments' is not an argument"),
                Arguments.of(FinalMethod.class, stateless, "is final"),
                Arguments.of(Plain.class, "scope-guard.mcp.max-message=0B", "scope-guard.mcp.max-message"),
                Arguments.of(Plain.class, "scope-guard.mcp.lists=all", "scope-guard.mcp.list"));
    }

    @Sampled
    @ParameterizedTest
    @MethodSource("unenforced")
    void verifyWhenNothingEnforcesAnnotationThenStartUpFails(Class<?> tool, String property, String message) {
        Throwable failure =
                catchThrowable(() -> McpServer.start(List.of(tool), property).close());

        assertThat(invalidSetting(failure)).hasMessageContaining(message);
    }

    private static @Nullable Throwable invalidSetting(@Nullable Throwable failure) {
        Throwable cause = failure;
        while (cause != null && !(cause instanceof InvalidSettingException)) {
            cause = cause.getCause();
        }
        return cause == null ? failure : cause;
    }

    @Test
    void verifyWhenTwoToolsHaveOneNameThenStartUpFails() {
        Throwable failure = catchThrowable(
                () -> McpServer.start(List.of(Plain.class, Twin.class)).close());

        assertThat(failure).hasStackTraceContaining("Tool with name 'plain' is already registered");
    }

    @Test
    void verifyWhenServerHasTransportOfItsOwnThenStartUpFails() {
        Throwable failure = catchThrowable(
                () -> McpServer.start(List.of(Plain.class, OwnServer.class)).close());

        assertThat(invalidSetting(failure)).hasMessageContaining("transport without a guard");
    }

    /** Takes the sessions of the transport for itself. */
    @Configuration(proxyBeanMethods = false)
    static class OwnServer {

        @Bean
        McpSyncServer ownServer(WebMvcStreamableServerTransportProvider transport) {
            return io.modelcontextprotocol.server.McpServer.sync(transport)
                    .serverInfo("own", "1")
                    .build();
        }
    }

    @Test
    void verifyWhenUnannotatedIsDeniedThenUnguardedTransportStopsStartUp() {
        Throwable failure = catchThrowable(() -> McpServer.start(
                        List.of(Tools.Undeclared.class),
                        "scope-guard.unannotated=deny",
                        "spring.ai.mcp.server.stdio=true")
                .close());

        assertThat(invalidSetting(failure)).hasMessageContaining("'stdioServerTransport'");
    }

    @Test
    void verifyWhenToolIsInCycleThenStartUpFails() {
        Throwable failure = catchThrowable(() -> McpServer.start(
                        List.of(Cyclic.class, CyclicPartner.class), "spring.main.allow-circular-references=true")
                .close());

        assertThat(invalidSetting(failure)).hasMessageContaining("part of a cycle of references");
    }

    @Test
    void verifyListWhenAllAreListedThenIncludesDeniedTools() {
        try (McpServer server = McpServer.start(
                List.of(Plain.class, Tools.Undeclared.class),
                "scope-guard.mcp.list=all",
                "spring.ai.mcp.server.protocol=STATELESS",
                "scope-guard.clients.demo-web.third-party=true")) {
            McpClient client =
                    server.client(McpServer.BOX.token(McpServer.member("write:report"), "acme", "write:report"));

            McpClient.Reply list = client.send("tools/list", Map.of());

            assertThat(list.body().toString()).contains("\"plain\"", "{\"io.scopeguard/missing-scopes\":1}");
        }
    }
}
