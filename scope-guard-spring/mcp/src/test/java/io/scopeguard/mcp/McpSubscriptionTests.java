package io.scopeguard.mcp;

import static io.scopeguard.mcp.McpServer.BOX;
import static io.scopeguard.mcp.McpServer.member;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.spec.McpSchema.ResourcesUpdatedNotification;
import io.modelcontextprotocol.spec.McpSchema.ServerCapabilities;
import io.modelcontextprotocol.spec.McpStreamableServerTransportProvider;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.ai.mcp.annotation.McpResource;
import org.springframework.ai.mcp.customizer.McpSyncServerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/** A subscription lasts, and each of its notifications is decided anew. */
@Tag("thorough")
class McpSubscriptionTests {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final String REPORT = "report://acme/7";
    private static final String NOTICE = "notice://all";

    private static McpServer server;

    @BeforeAll
    static void start() {
        server = McpServer.start(List.of(Tools.Reports.class, Notices.class, Subscribable.class));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static class Notices {

        @McpResource(uri = NOTICE, name = "notice", description = "For everybody")
        String notice() {
            return "notice";
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Subscribable {

        @Bean
        @Primary
        McpSyncServerCustomizer subscribable() {
            return server -> server.immediateExecution(true)
                    .capabilities(ServerCapabilities.builder()
                            .tools(true)
                            .prompts(true)
                            .completions()
                            .resources(true, true)
                            .build());
        }
    }

    @Test
    void notificationWhenRightIsLostThenWithheldUntilItIsBack() throws Exception {
        String user = member("read:report");
        McpClient client = server.client(BOX.token(user, "acme", "read:report")).initialized();

        Listener listener = subscribeAndLoseTheRight(client, user);

        BOX.addMember("acme", user, "read:report");
        listener.awaitUpdates(REPORT);
    }

    @Test
    void notificationWhenNewerTokenOfTheSessionCarriesLessThenWithheld() throws Exception {
        String user = member("read:report", "write:report");
        McpClient client = server.client(BOX.token(user, "acme", "read:report")).initialized();
        Listener listener = new Listener(client);
        subscribe(client, REPORT);
        listener.awaitUpdates(REPORT);

        McpClient poorer = client.with(BOX.token(user, "acme", "write:report"));
        assertThat(poorer.send("ping", Map.of()).status()).isEqualTo(200);

        listener.awaitSilence(REPORT);
    }

    @Test
    void notificationWhenResourceDeclaresNothingThenSentToActiveAccounts() throws Exception {
        McpClient client = server.client(BOX.token(member("read:report"), "acme", "read:report"))
                .initialized();
        Listener listener = new Listener(client);
        subscribe(client, NOTICE);

        listener.awaitUpdates(NOTICE);
    }

    @Test
    void subscribeWhenScopeIsMissingThenDenied() {
        McpClient client = server.client(BOX.token(member("write:report"), "acme", "write:report"))
                .initialized();

        assertThat(client.send("resources/subscribe", Map.of("uri", REPORT)).status())
                .isEqualTo(403);
    }

    /** Who may not read a resource any more can still unsubscribe. */
    @Test
    void unsubscribeWhenRightIsLostThenPermitted() throws Exception {
        String user = member("read:report");
        McpClient client = server.client(BOX.token(user, "acme", "read:report")).initialized();
        Listener listener = subscribeAndLoseTheRight(client, user);

        McpClient.Reply reply = client.send("resources/unsubscribe", Map.of("uri", REPORT));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body().has("error")).isFalse();
        BOX.addMember("acme", user, "read:report");
        await().atMost(PATIENCE)
                .until(() ->
                        client.send("resources/read", Map.of("uri", REPORT)).status() == 200);
        listener.awaitSilence(REPORT);
    }

    /** Notifications of the report arrive, and then none arrives any more. */
    private static Listener subscribeAndLoseTheRight(McpClient client, String user) throws InterruptedException {
        Listener listener = new Listener(client);
        subscribe(client, REPORT);
        listener.awaitUpdates(REPORT);
        BOX.addMember("acme", user, "write:report");
        listener.awaitSilence(REPORT);
        return listener;
    }

    private static void subscribe(McpClient client, String uri) {
        McpClient.Reply reply = client.send("resources/subscribe", Map.of("uri", uri));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body().has("error")).as(reply.toString()).isFalse();
    }

    /** The stream on which a session receives notifications. */
    private static final class Listener {

        private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        private final McpSyncServer notifying = server.context().getBean(McpSyncServer.class);
        private final McpStreamableServerTransportProvider transport =
                server.context().getBean(McpStreamableServerTransportProvider.class);
        private int markers;

        Listener(McpClient client) throws InterruptedException {
            var unused = CompletableFuture.runAsync(
                    () -> client.lines(client.request().GET(), lines::add));
            String line = null;
            while (line == null) {
                // The transport listens some time after the request has begun.
                mark();
                line = lines.poll(100, TimeUnit.MILLISECONDS);
            }
        }

        /** Sends something that follows everything that was sent before. */
        private String mark() {
            markers++;
            String marker = "marker " + markers + " of these";
            transport
                    .notifyClients("notifications/message", Map.of("level", "info", "data", marker))
                    .block();
            return marker;
        }

        void awaitUpdates(String uri) {
            await().atMost(PATIENCE).until(() -> isNotified(uri));
        }

        void awaitSilence(String uri) {
            await().atMost(PATIENCE).until(() -> !isNotified(uri));
        }

        /** Whether a notification arrives before the marker that is sent after it. */
        private boolean isNotified(String uri) throws InterruptedException {
            notifying.notifyResourcesUpdated(new ResourcesUpdatedNotification(uri));
            String marker = mark();
            boolean isNotified = false;
            String line = lines.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            while (line != null && !line.contains(marker)) {
                isNotified |= line.contains("resources/updated") && line.contains(uri);
                line = lines.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
            assertThat(line).as("the marker").isNotNull();
            return isNotified;
        }
    }
}
