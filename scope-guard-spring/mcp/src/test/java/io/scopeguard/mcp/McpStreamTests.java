package io.scopeguard.mcp;

import static io.scopeguard.mcp.McpServer.BOX;
import static io.scopeguard.mcp.McpServer.member;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.modelcontextprotocol.server.McpSyncServer;
import io.scopeguard.mcp.McpClient.Reply;
import io.scopeguard.spring.RequiresScopes;
import io.scopeguard.spring.stream.OpenStreams;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.ai.mcp.annotation.McpTool;
import org.springframework.ai.mcp.annotation.context.McpSyncRequestContext;

/** Calls that take a long time, and sessions. */
class McpStreamTests {

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static McpServer server;

    @BeforeAll
    static void start() {
        server = McpServer.start(List.of(Tools.Reports.class, Slow.class));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** The same for servers without sessions, whose tools have no context. */
    static class SlowWithoutSession {

        private final CountDownLatch running = new CountDownLatch(1);
        private final CountDownLatch end = new CountDownLatch(1);

        @McpTool(name = "await_reports", description = "Takes until the end")
        @RequiresScopes("read:report")
        String await() throws InterruptedException {
            running.countDown();
            end.await();
            return "all of it";
        }

        void awaitRunning() throws InterruptedException {
            running.await();
        }

        void end() {
            end.countDown();
        }
    }

    /** Tools that run until the test lets them end. */
    static class Slow {

        private volatile CountDownLatch running = new CountDownLatch(1);
        private volatile CountDownLatch end = new CountDownLatch(1);

        @McpTool(name = "follow_reports", description = "Reports progress until the end")
        @RequiresScopes("read:report")
        String follow(McpSyncRequestContext context, boolean speaks) throws InterruptedException {
            if (speaks) {
                context.info("started");
            }
            running.countDown();
            end.await();
            return "all of it";
        }

        void reset() {
            running = new CountDownLatch(1);
            end = new CountDownLatch(1);
        }

        void awaitRunning() throws InterruptedException {
            running.await();
        }

        void end() {
            end.countDown();
        }
    }

    private static void awaitClosed(OpenStreams streams) {
        await().atMost(PATIENCE).until(() -> streams.count(OpenStreams.Kind.HTTP) == 0);
    }

    @Test
    void verifyWhenDemotedDuringCallThenStreamEndsWithError() throws Exception {
        Slow slow = server.context().getBean(Slow.class);
        slow.reset();
        String user = member("read:report");
        McpClient client = server.client(BOX.token(user, "acme", "read:report")).initialized();
        client.send("logging/setLevel", Map.of("level", "info"));
        CompletableFuture<Reply> call =
                CompletableFuture.supplyAsync(() -> client.call("follow_reports", Map.of("speaks", true)));
        slow.awaitRunning();

        BOX.addMember("acme", user, "write:report");
        awaitClosed(server.context().getBean(OpenStreams.class));
        slow.end();

        Reply reply = call.get();
        assertThat(reply.response().body()).contains("started").doesNotContain("all of it");
        assertThat(reply.body().path("id").asInt()).isEqualTo(7);
        assertThat(reply.body().path("error").path("code").asInt()).isEqualTo(-32003);
        assertThat(reply.body().path("error").path("data").path("type").asString())
                .endsWith("insufficient-scope");
    }

    @Test
    void verifyWhenDemotedBeforeFirstByteThenDenied() throws Exception {
        Slow slow = server.context().getBean(Slow.class);
        slow.reset();
        String user = member("read:report");
        McpClient client = server.client(BOX.token(user, "acme", "read:report")).initialized();
        CompletableFuture<Reply> call =
                CompletableFuture.supplyAsync(() -> client.call("follow_reports", Map.of("speaks", false)));
        slow.awaitRunning();

        BOX.addMember("acme", user, "write:report");
        awaitClosed(server.context().getBean(OpenStreams.class));
        slow.end();

        Reply reply = call.get();
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.problem()).isEqualTo("insufficient-scope");
    }

    @Test
    void verifyWhenDemotedDuringCallWithoutSessionThenResultIsWithheld() throws Exception {
        try (McpServer stateless =
                McpServer.start(List.of(SlowWithoutSession.class), "spring.ai.mcp.server.protocol=STATELESS")) {
            SlowWithoutSession slow = stateless.context().getBean(SlowWithoutSession.class);
            String user = member("read:report");
            McpClient client = stateless.client(BOX.token(user, "acme", "read:report"));
            CompletableFuture<Reply> call = CompletableFuture.supplyAsync(() -> client.call("await_reports"));
            slow.awaitRunning();

            BOX.addMember("acme", user, "write:report");
            awaitClosed(stateless.context().getBean(OpenStreams.class));
            slow.end();

            Reply reply = call.get();
            assertThat(reply.status()).isEqualTo(403);
            assertThat(reply.problem()).isEqualTo("insufficient-scope");
            assertThat(reply.response().body()).doesNotContain("all of it");
        }
    }

    @Test
    void verifyWhenRightStaysThenCallEndsByItself() throws Exception {
        Slow slow = server.context().getBean(Slow.class);
        slow.reset();
        McpClient client = server.client(BOX.token(member("read:report"), "acme", "read:report"))
                .initialized();
        CompletableFuture<Reply> call =
                CompletableFuture.supplyAsync(() -> client.call("follow_reports", Map.of("speaks", true)));
        slow.awaitRunning();
        slow.end();

        assertThat(call.get().text()).contains("all of it");
        awaitClosed(server.context().getBean(OpenStreams.class));
    }

    @Test
    void verifyWhenSessionIsAnotherSubjectsThenUnknown() {
        McpClient owner = server.client(BOX.token(member("read:report"), "acme", "read:report"))
                .initialized();
        McpClient thief = owner.with(BOX.token(member("read:report"), "acme", "read:report"));

        assertThat(thief.call("read_reports").status()).isEqualTo(404);
        assertThat(thief.send(thief.request().GET()).status()).isEqualTo(404);
        assertThat(thief.send(thief.request().DELETE()).status()).isEqualTo(404);
        assertThat(owner.call("read_reports").text()).contains("the reports");
    }

    @Test
    void verifyWhenTokenChangesWithinSessionThenOnlyForSameOrganization() {
        String user = member("read:report", "delete:report");
        BOX.addMember("globex", user, "read:report");
        McpClient first = server.client(BOX.token(user, "acme", "read:report")).initialized();
        assertThat(first.call("delete_report", Map.of("id", "7")).status()).isEqualTo(403);

        McpClient better = first.with(BOX.token(user, "acme", "read:report", "delete:report"));
        McpClient elsewhere = first.with(BOX.token(user, "globex", "read:report"));

        assertThat(better.call("delete_report", Map.of("id", "7")).text()).contains("deleted 7");
        assertThat(elsewhere.call("read_reports").status()).isEqualTo(404);
    }

    @Test
    void verifyWhenSessionIsDeletedThenItHasNoOwner() {
        McpClient client = server.client(BOX.token(member("read:report"), "acme", "read:report"))
                .initialized();

        assertThat(client.send(client.request().DELETE()).status()).isEqualTo(200);

        assertThat(client.call("read_reports").status()).isEqualTo(404);
    }

    @Test
    void verifyStreamWhenAccountIsSuspendedThenEnds() throws Exception {
        String user = member("read:report");
        McpClient client = server.client(BOX.token(user, "acme", "read:report")).initialized();
        HttpRequest.Builder get = client.request().GET();
        Queue<String> lines = new ConcurrentLinkedQueue<>();
        CompletableFuture<Void> listening = CompletableFuture.runAsync(() -> client.lines(get, lines::add));
        McpSyncServer notifying = server.context().getBean(McpSyncServer.class);
        await().atMost(PATIENCE).until(() -> {
            // The transport listens some time after the request has begun.
            notifying.notifyToolsListChanged();
            return lines.stream().anyMatch(line -> line.contains("list_changed"));
        });

        BOX.directory().suspend(user, true);

        listening.get();
        assertThat(lines).contains("event:scope-drift");
    }
}
