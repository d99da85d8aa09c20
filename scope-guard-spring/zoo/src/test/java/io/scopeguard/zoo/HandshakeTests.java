package io.scopeguard.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.OrganizationSource;
import io.scopeguard.spring.RequiresScopes;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.handler.PerConnectionWebSocketHandler;
import org.springframework.web.socket.handler.TextWebSocketHandler;
import org.springframework.web.socket.server.support.WebSocketHttpRequestHandler;

/** WebSocket handlers that the application does not register in the usual way. */
class HandshakeTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;

    @BeforeAll
    static void start() {
        tenant.join("acme", "alice", "read:report");
        api = RunningApi.start(tenant, clock, List.of(), Api.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        tenant.close();
    }

    private static String token(String... scopes) {
        return tenant.organizationToken("acme", "alice", scopes).signed();
    }

    @Test
    void handshakeWhenEachConnectionHasItsOwnHandlerThenItsClassIsRead() {
        assertThat(api.handshake("/each", token("read:report"))).isEqualTo(101);
        assertThat(api.handshake("/each", token())).isEqualTo(403);
        assertThat(api.handshake("/each", null)).isEqualTo(401);
    }

    @Test
    void handshakeWhenItsHandlerHasChecksOfItsOwnThenTheyRemain() {
        assertThat(api.handshake("/own", token("read:report"))).isEqualTo(409);
        assertThat(api.handshake("/own", token())).isEqualTo(403);
    }

    @RequiresScopes(value = "read:report", organizationFrom = OrganizationSource.TOKEN)
    static class Handler extends TextWebSocketHandler {}

    static class Checking extends WebSocketHttpRequestHandler {

        Checking() {
            super(new Handler());
        }

        @Override
        public void handleRequest(HttpServletRequest request, HttpServletResponse response)
                throws ServletException, IOException {
            response.sendError(HttpServletResponse.SC_CONFLICT);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EnableWebSocket
    static class Api implements WebSocketConfigurer {

        @Override
        public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
            registry.addHandler(new PerConnectionWebSocketHandler(Handler.class), "/each");
        }

        @Bean
        SimpleUrlHandlerMapping checking() {
            return new SimpleUrlHandlerMapping(Map.of("/own", new Checking()), -1);
        }
    }
}
