package io.scopeguard.mcp;

import static io.scopeguard.mcp.McpServer.BOX;
import static io.scopeguard.mcp.McpServer.member;
import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.mcp.McpClient.Reply;
import io.scopeguard.spring.RequiresScopes;
import io.scopeguard.testing.Sampled;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.ai.mcp.annotation.McpTool;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.web.servlet.function.HandlerFilterFunction;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * Filters between the guard of the endpoint and the transport. The guard between the transport and the server does not trust them.
 */
class McpSecondCheckTests {

    private static final String CALL =
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"%s\"}}";
    private static final AtomicInteger REACHED = new AtomicInteger();

    static class Vault {

        @McpTool(name = "open_vault", description = "Opens the vault")
        @RequiresScopes("open:vault")
        String open() {
            REACHED.incrementAndGet();
            return "gold";
        }
    }

    /** Does with requests what their headers say. */
    static class Filters implements BeanPostProcessor, PriorityOrdered {

        @Override
        public int getOrder() {
            return Ordered.HIGHEST_PRECEDENCE;
        }

        @Override
        @SuppressWarnings("unchecked") // routes of Spring AI
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            HandlerFilterFunction<ServerResponse, ServerResponse> filter = (request, next) -> {
                String swapped = request.headers().firstHeader("Swap");
                ServerRequest passed = swapped == null
                        ? request
                        : ServerRequest.from(request)
                                .headers(headers -> headers.setContentLength(swapped.length()))
                                .body(swapped)
                                .build();
                return request.headers().firstHeader("Thread") == null
                        ? next.handle(passed)
                        : elsewhere(passed, next::handle);
            };
            return bean instanceof RouterFunction<?> routes
                    ? ((RouterFunction<ServerResponse>) routes).filter(filter)
                    : bean;
        }

        private interface Handler {

            ServerResponse handle(ServerRequest request) throws Exception;
        }

        private static ServerResponse elsewhere(ServerRequest request, Handler handler)
                throws ExecutionException, InterruptedException {
            CompletableFuture<ServerResponse> response = new CompletableFuture<>();
            new Thread(() -> {
                        try {
                            response.complete(handler.handle(request));
                        } catch (Exception e) {
                            response.completeExceptionally(e);
                        }
                    })
                    .start();
            return response.get();
        }
    }

    /** A server with sessions runs its calls when the response is written, whichever thread the filter took. */
    @Sampled
    @ParameterizedTest
    @CsvSource({
        "STREAMABLE, Swap,   say_hello,  insufficient-scope",
        "STATELESS,  Swap,   say_hello,  insufficient-scope",
        "STATELESS,  Thread, open_vault, missing-token"
    })
    void verifyWhenFilterChangesCallThenItIsDecidedAgain(
            String protocol, String header, String permitted, String problem) {
        REACHED.set(0);
        try (McpServer server = McpServer.start(
                List.of(Vault.class, Tools.Undeclared.class, Filters.class),
                "spring.ai.mcp.server.protocol=" + protocol)) {
            String[] scopes = {permitted.equals("open_vault") ? "open:vault" : "read:report"};
            McpClient client =
                    server.client(BOX.token(member(scopes), "acme", scopes)).initialized();

            Reply reply = client.send(client.request()
                    .header(header, CALL.formatted("open_vault"))
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(CALL.formatted(permitted))));

            assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
            assertThat(reply.body().path("error").path("code").asInt()).isEqualTo(-32003);
            assertThat(reply.body().path("error").path("data").path("type").asString())
                    .endsWith(problem);
            assertThat(REACHED).hasValue(0);
        }
    }
}
