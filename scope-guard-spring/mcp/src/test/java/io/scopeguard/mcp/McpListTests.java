package io.scopeguard.mcp;

import static io.scopeguard.mcp.McpServer.BOX;
import static io.scopeguard.mcp.McpServer.member;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class McpListTests {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @Configuration(proxyBeanMethods = false)
    static class Metrics {

        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }
    }

    /** A young token is enough for the request, but it does not show which other scopes its user could get. */
    @Test
    void verifyListWhenTokenIsYoungThenRequestsShareOneRead() {
        try (McpServer server =
                McpServer.start(List.of(Tools.Reports.class, Metrics.class), "scope-guard.permissions.max-age=5m")) {
            MeterRegistry meters = server.context().getBean(MeterRegistry.class);
            McpClient client = server.client(BOX.token(member("read:report", "delete:report"), "acme", "read:report"))
                    .initialized();

            // Reads of one subject are never more frequent than once a second.
            await().atMost(PATIENCE).during(Duration.ofSeconds(3)).until(() -> {
                long before = calls(meters);
                assertThat(client.send("tools/list", Map.of()).body().toString())
                        .contains("{\"io.scopeguard/missing-scopes\":[\"delete:report\"]}");
                return before > 0 && calls(meters) == before;
            });
        }
    }

    private static long calls(MeterRegistry meters) {
        return meters.find("scopeguard.provider.calls").timers().stream()
                .mapToLong(Timer::count)
                .sum();
    }
}
