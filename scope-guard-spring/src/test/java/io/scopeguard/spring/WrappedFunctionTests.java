package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.function.HandlerFilterFunction;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** Handler functions that are called by another one, which a router function returns for each request. */
class WrappedFunctionTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;

    @BeforeAll
    static void start() {
        tenant.join("acme", "alice", "read:report");
        api = RunningApi.start(tenant, clock, List.of("logging.level.root", "off"), Api.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        tenant.close();
    }

    private static String token(String... scopes) {
        return tenant.organizationToken("acme", "alice", scopes).signed();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/plain", "/filtered", "/applied", "/routed", "/nested/routed"})
    void requestWhenAnAnnotatedFunctionIsWrappedThenItsScopesAreRequired(String path) {
        assertThat(api.getAsStranger(path).status()).isEqualTo(401);
        assertThat(api.get(path, token()).status()).isEqualTo(403);
        assertThat(api.get(path, token("read:report")).body()).isEqualTo("reports");
    }

    @Test
    void requestWhenTheAnnotatedFunctionCannotBeFoundThenServerError() {
        assertThat(api.get("/hidden", token()).status()).isEqualTo(500);
        assertThat(api.get("/hidden", token("read:report")).status()).isEqualTo(500);
        assertThat(api.getAsStranger("/hidden").status()).isEqualTo(401);
    }

    @Test
    void requestWhenTheWrappedFunctionIsNotAnnotatedThenAnyToken() {
        assertThat(api.get("/lambda", token()).body()).isEqualTo("lambda");
        assertThat(api.getAsStranger("/lambda").status()).isEqualTo(401);
        assertThat(api.send("POST", "/applied", "", "Authorization", "Bearer " + token())
                        .body())
                .isEqualTo("posted");
        // The object in front of it is not public.
        assertThat(api.getAsStranger("/public").status()).isEqualTo(401);
        assertThat(api.get("/public", token()).body()).isEqualTo("public");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Api {

        @Bean
        RouterFunction<ServerResponse> plain() {
            return RouterFunctions.route().GET("/plain", new Reports()).build();
        }

        @Bean
        RouterFunction<ServerResponse> filtered() {
            return RouterFunctions.route()
                    .GET("/filtered", new Reports())
                    .filter((request, next) -> next.handle(request))
                    .build();
        }

        @Bean
        RouterFunction<ServerResponse> applied() {
            return RouterFunctions.route()
                    .GET("/applied", new Reports())
                    .POST("/applied", request -> ServerResponse.ok().body("posted"))
                    .GET("/lambda", request -> ServerResponse.ok().body("lambda"))
                    .GET("/public", new Public())
                    .build()
                    .filter(new Applying());
        }

        @Bean
        RouterFunction<ServerResponse> routed() {
            return new Decorating(
                    RouterFunctions.route()
                            .GET("/routed", new Reports())
                            .path("/nested", nested -> nested.GET("/routed", new Reports()))
                            .build(),
                    handler -> new Wrapper(handler));
        }

        @Bean
        RouterFunction<ServerResponse> hidden() {
            return new Decorating(
                    RouterFunctions.route().GET("/hidden", new Reports()).build(), handler -> {
                        List<HandlerFunction<ServerResponse>> hidden = List.of(handler);
                        return request -> hidden.get(0).handle(request);
                    });
        }
    }

    @RequiresScopes(value = "read:report", organizationFrom = OrganizationSource.TOKEN)
    static class Reports implements HandlerFunction<ServerResponse> {

        @Override
        public ServerResponse handle(ServerRequest request) {
            return ServerResponse.ok().body("reports");
        }
    }

    @PublicEndpoint
    static class Public implements HandlerFunction<ServerResponse> {

        @Override
        public ServerResponse handle(ServerRequest request) {
            return ServerResponse.ok().body("public");
        }
    }

    /** Has its own way to call the handler. */
    static class Applying implements HandlerFilterFunction<ServerResponse, ServerResponse> {

        @Override
        public ServerResponse filter(ServerRequest request, HandlerFunction<ServerResponse> next) throws Exception {
            return next.handle(request);
        }

        @Override
        public HandlerFunction<ServerResponse> apply(HandlerFunction<ServerResponse> handler) {
            return request -> filter(request, handler);
        }
    }

    record Wrapper(HandlerFunction<ServerResponse> handler) implements HandlerFunction<ServerResponse> {

        @Override
        public ServerResponse handle(ServerRequest request) throws Exception {
            return handler.handle(request);
        }
    }

    interface Wrapping {

        HandlerFunction<ServerResponse> wrap(HandlerFunction<ServerResponse> handler);
    }

    record Decorating(RouterFunction<ServerResponse> routes, Wrapping wrapping)
            implements RouterFunction<ServerResponse> {

        @Override
        public Optional<HandlerFunction<ServerResponse>> route(ServerRequest request) {
            return routes.route(request).map(wrapping::wrap);
        }

        @Override
        public void accept(RouterFunctions.Visitor visitor) {
            routes.accept(visitor);
        }
    }
}
