package io.scopeguard.attack;

import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.spring.PublicEndpoint;
import io.scopeguard.spring.RequiresScopes;
import io.scopeguard.spring.support.TenantServer;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.annotation.Id;
import org.springframework.data.keyvalue.annotation.KeySpace;
import org.springframework.data.map.repository.config.EnableMapRepositories;
import org.springframework.data.repository.CrudRepository;
import org.springframework.data.rest.core.annotation.RepositoryRestResource;
import org.springframework.data.rest.webmvc.RepositoryRestController;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.handler.TextWebSocketHandler;

/** The API under attack. The response "reached" shows that a request was granted. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableWebSocket
@EnableMapRepositories(considerNestedRepositories = true, basePackageClasses = AttackedApi.class)
class AttackedApi implements WebSocketConfigurer {

    static final String REACHED = "reached";
    private static final String IN_ORGANIZATION = "/organizations/{organizationId}";

    @RestController
    static class Handlers {

        @RequiresScopes("read:report")
        @GetMapping(IN_ORGANIZATION + "/reports")
        String reports(@PathVariable String organizationId) {
            return REACHED + " " + organizationId;
        }

        @RequiresScopes(value = "delete:report", whenUnknown = WhenUnknown.DENY)
        @DeleteMapping(IN_ORGANIZATION + "/reports/{id}")
        String delete(@PathVariable String id) {
            return REACHED;
        }

        @RequiresScopes(value = "read:document", audience = TenantServer.RESOURCE)
        @GetMapping(IN_ORGANIZATION + "/documents")
        String documents() {
            return REACHED;
        }

        @RequiresScopes(value = "read:document", audience = TenantServer.RESOURCE)
        @GetMapping("/documents")
        String globalDocuments() {
            return REACHED;
        }

        @GetMapping("/me")
        String me() {
            return REACHED;
        }

        @PostMapping("/me")
        String post(@RequestBody(required = false) String body) {
            return REACHED;
        }

        @PublicEndpoint
        @GetMapping("/public")
        String open() {
            return REACHED;
        }

        /** The pattern takes the paths of another servlet. */
        @PublicEndpoint
        @GetMapping("/files/{name}")
        String openFile() {
            return REACHED;
        }
    }

    /** Handlers that pass requests on, open ones and ones that require the scope. */
    @Controller
    static class Relays {

        @RequiresScopes("read:report")
        @GetMapping(IN_ORGANIZATION + "/forward")
        String forward(@RequestParam String to) {
            return "forward:" + to;
        }

        @PublicEndpoint
        @GetMapping("/public/forward")
        String openForward(@RequestParam String to) {
            return "forward:" + to;
        }

        @RequiresScopes("read:report")
        @GetMapping(IN_ORGANIZATION + "/dispatch")
        void dispatch(@RequestParam String to, HttpServletRequest request, HttpServletResponse response) {
            AsyncContext context = request.startAsync(request, response);
            context.dispatch(to);
        }

        @PublicEndpoint
        @GetMapping("/public/dispatch")
        void openDispatch(@RequestParam String to, HttpServletRequest request, HttpServletResponse response) {
            dispatch(to, request, response);
        }
    }

    /** Open handlers that fail. */
    @PublicEndpoint
    @RestController
    static class Broken {

        @GetMapping("/public/broken")
        String broken() {
            throw new IllegalStateException("broken on purpose");
        }

        @GetMapping("/public/conflict")
        String conflict() {
            throw new ResponseStatusException(HttpStatus.CONFLICT);
        }

        @PostMapping("/public/body")
        String body(@RequestBody Map<String, String> body) {
            return REACHED;
        }
    }

    // Other kinds of handler

    @RequiresScopes("read:report")
    static class Handler implements HttpRequestHandler {

        @Override
        public void handleRequest(HttpServletRequest request, HttpServletResponse response)
                throws ServletException, IOException {
            response.getWriter().write(REACHED);
        }
    }

    @Bean(IN_ORGANIZATION + "/object")
    Handler object() {
        return new Handler();
    }

    @Bean
    RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .GET(IN_ORGANIZATION + "/routed", request -> ServerResponse.ok().body(REACHED))
                .build();
    }

    @RequiresScopes("read:report")
    static class Socket extends TextWebSocketHandler {}

    @Override
    public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
        registry.addHandler(new Socket(), IN_ORGANIZATION + "/socket");
    }

    @KeySpace("nests")
    record Nest(@Id String id) {}

    @RepositoryRestResource(path = "nests")
    interface Nests extends CrudRepository<Nest, String> {}

    @RepositoryRestController
    static class NestController {

        @RequiresScopes("read:report")
        @GetMapping("/nests" + IN_ORGANIZATION + "/nest")
        ResponseEntity<String> nest() {
            return ResponseEntity.ok(REACHED);
        }
    }

    record Den(String organizationId) {}

    @Controller
    static class Dens {

        @RequiresScopes(value = "read:report", organization = "#organizationId")
        @QueryMapping
        Den den(@Argument String organizationId) {
            return new Den(REACHED);
        }
    }

    @Bean
    ServletRegistrationBean<Servlet> files() {
        Servlet files = new HttpServlet() {
            @Override
            protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
                response.getWriter().write(REACHED);
            }
        };
        return new ServletRegistrationBean<>(files, "/files/*");
    }
}
