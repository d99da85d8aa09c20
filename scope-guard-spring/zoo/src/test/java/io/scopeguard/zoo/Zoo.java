package io.scopeguard.zoo;

import io.scopeguard.spring.OrganizationSource;
import io.scopeguard.spring.PublicEndpoint;
import io.scopeguard.spring.RequiresScopes;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.io.ClassPathResource;
import org.springframework.data.annotation.Id;
import org.springframework.data.keyvalue.annotation.KeySpace;
import org.springframework.data.map.repository.config.EnableMapRepositories;
import org.springframework.data.repository.CrudRepository;
import org.springframework.data.rest.core.annotation.RepositoryRestResource;
import org.springframework.data.rest.webmvc.BasePathAwareController;
import org.springframework.data.rest.webmvc.RepositoryRestController;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerExecutionChain;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.config.annotation.ViewControllerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.servlet.handler.SimpleServletHandlerAdapter;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.EnableWebSocketMessageBroker;
import org.springframework.web.socket.config.annotation.StompEndpointRegistry;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.config.annotation.WebSocketMessageBrokerConfigurer;
import org.springframework.web.socket.handler.TextWebSocketHandler;
import org.springframework.web.socket.server.standard.ServerEndpointExporter;

/** An application with every kind of handler. Those that can be annotated require {@code read:report}. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableWebSocket
@EnableMapRepositories(considerNestedRepositories = true, basePackageClasses = Zoo.class)
class Zoo implements WebMvcConfigurer, WebSocketConfigurer {

    static final String IN_ORGANIZATION = "/organizations/{organizationId}";
    private static final String SCOPE = "read:report";

    // Spring MVC: annotated methods

    @RestController
    static class Lion {

        @RequiresScopes(SCOPE)
        @GetMapping(IN_ORGANIZATION + "/lion")
        String lion() {
            return "lion";
        }

        @GetMapping(IN_ORGANIZATION + "/cub")
        String unannotated() {
            return "cub";
        }

        @PublicEndpoint
        @GetMapping("/open/{anything}")
        String looksLikeAPathOfAnotherServlet() {
            return "open";
        }

        @PublicEndpoint
        @GetMapping("/{anything:x}")
        String looksLikeAPathOfAServlet() {
            return "open";
        }

        @PublicEndpoint
        @GetMapping("/actuator/{anything}/{more}")
        String looksLikeAnEndpoint() {
            return "open";
        }
    }

    @Controller
    interface Chameleon {

        @ResponseBody
        @GetMapping(IN_ORGANIZATION + "/chameleon")
        String chameleon(@PathVariable String organizationId);
    }

    static class GreenChameleon implements Chameleon {

        @Override
        @RequiresScopes(SCOPE)
        public String chameleon(String organizationId) {
            return "chameleon";
        }
    }

    /** Behind a JDK proxy, which shows nothing of the class. */
    @Bean
    Chameleon chameleon() {
        ProxyFactory factory = new ProxyFactory(new GreenChameleon());
        factory.setProxyTargetClass(false);
        return (Chameleon) factory.getProxy();
    }

    @Retention(RetentionPolicy.RUNTIME)
    @interface Nocturnal {}

    @Nocturnal
    static class Bat {

        @RequiresScopes(SCOPE)
        @ResponseBody
        @GetMapping(IN_ORGANIZATION + "/bat")
        public String bat() {
            return "bat";
        }
    }

    @Bean
    Bat bat() {
        return new Bat();
    }

    /** A second mapping for controllers, which no configurer of Spring MVC is asked about. */
    @Bean
    RequestMappingHandlerMapping nocturnalMapping() {
        RequestMappingHandlerMapping mapping = new RequestMappingHandlerMapping() {
            @Override
            protected boolean isHandler(Class<?> type) {
                return type.isAnnotationPresent(Nocturnal.class);
            }
        };
        mapping.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return mapping;
    }

    // Spring MVC: objects

    @RequiresScopes(SCOPE)
    static class Owl implements HttpRequestHandler {

        @Override
        public void handleRequest(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().write("owl");
        }
    }

    @Bean(IN_ORGANIZATION + "/owl")
    Owl owl() {
        return new Owl();
    }

    static class Pelican implements org.springframework.web.servlet.mvc.Controller {

        @Override
        @RequiresScopes(SCOPE)
        public @Nullable ModelAndView handleRequest(HttpServletRequest request, HttpServletResponse response)
                throws IOException {
            response.getWriter().write("pelican");
            return null;
        }
    }

    static class Mule extends HttpServlet {

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().write("mule");
        }
    }

    @Bean
    SimpleServletHandlerAdapter servletsAreHandlers() {
        return new SimpleServletHandlerAdapter();
    }

    @Bean
    SimpleUrlHandlerMapping urls() {
        return new SimpleUrlHandlerMapping(
                Map.of(IN_ORGANIZATION + "/pelican", new Pelican(), IN_ORGANIZATION + "/mule", new Mule()), 1);
    }

    @Override
    public void addViewControllers(ViewControllerRegistry registry) {
        registry.addStatusController(IN_ORGANIZATION + "/ghost", HttpStatus.NO_CONTENT);
    }

    @RequiresScopes(SCOPE)
    static class Snake implements HttpRequestHandler {

        @Override
        public void handleRequest(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().write("snake");
        }
    }

    /** Knows neither interceptors nor path variables. */
    static class BurrowMapping implements HandlerMapping, Ordered {

        private final Snake snake = new Snake();

        @Override
        public int getOrder() {
            return HIGHEST_PRECEDENCE;
        }

        @Override
        public @Nullable HandlerExecutionChain getHandler(HttpServletRequest request) {
            String path = request.getRequestURI();
            if (!path.endsWith("/snake")) {
                return null;
            }
            request.setAttribute(URI_TEMPLATE_VARIABLES_ATTRIBUTE, Map.of("organizationId", path.split("/")[2]));
            return new HandlerExecutionChain(snake);
        }
    }

    @Bean
    BurrowMapping burrows() {
        return new BurrowMapping();
    }

    // Functional routing

    @RequiresScopes(SCOPE)
    static class Kangaroo implements HandlerFunction<ServerResponse> {

        @Override
        public ServerResponse handle(ServerRequest request) {
            return ServerResponse.ok().body("kangaroo");
        }
    }

    @Bean
    RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .path(
                        "/organizations",
                        organizations -> organizations
                                .GET("/{organizationId}/kangaroo", new Kangaroo())
                                .GET(
                                        "/{organizationId}/wallaby",
                                        request -> ServerResponse.ok().body("wallaby")))
                .resources("/routed/**", new ClassPathResource("static/"))
                .build();
    }

    @RequiresScopes(SCOPE)
    static class Koala implements HandlerFunction<ServerResponse> {

        @Override
        public ServerResponse handle(ServerRequest request) {
            return ServerResponse.ok().body("koala");
        }
    }

    static class Wombat implements HandlerFunction<ServerResponse> {

        @Override
        @RequiresScopes(SCOPE)
        public ServerResponse handle(ServerRequest request) {
            return ServerResponse.ok().body("wombat");
        }
    }

    @PublicEndpoint
    static class Emu implements HandlerFunction<ServerResponse> {

        @Override
        public ServerResponse handle(ServerRequest request) {
            return ServerResponse.ok().body("emu");
        }
    }

    /** The routers return another object than the handler. */
    @Bean
    RouterFunction<ServerResponse> filteredRoutes() {
        RouterFunction<ServerResponse> routes = RouterFunctions.route()
                .GET(IN_ORGANIZATION + "/koala", new Koala())
                .GET("/emu", new Emu())
                .build();
        return routes.filter((request, next) -> next.handle(request));
    }

    @Bean
    RouterFunction<ServerResponse> routesWithinProcessing() {
        return RouterFunctions.route()
                .path(
                        IN_ORGANIZATION,
                        inner -> inner.GET("/wombat", new Wombat()).before(request -> request))
                .after((request, response) -> response)
                .onError(
                        IllegalStateException.class,
                        (error, request) -> ServerResponse.ok().build())
                .build();
    }

    // WebSocket

    @RequiresScopes(SCOPE)
    static class Parrot extends TextWebSocketHandler {

        @Override
        public void afterConnectionEstablished(WebSocketSession session) throws IOException {
            session.close();
        }
    }

    /** This one is a bean, so that start-up checks its annotation. */
    @Bean
    Macaw macaw() {
        return new Macaw();
    }

    @RequiresScopes(SCOPE)
    static class Macaw extends TextWebSocketHandler {}

    @Configuration(proxyBeanMethods = false)
    static class Roost implements WebSocketConfigurer {

        private final Macaw macaw;

        Roost(Macaw macaw) {
            this.macaw = macaw;
        }

        @Override
        public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
            registry.addHandler(macaw, IN_ORGANIZATION + "/macaw");
        }
    }

    /** SockJS knows no path variables. */
    @RequiresScopes(value = SCOPE, organizationFrom = OrganizationSource.TOKEN)
    static class Cockatoo extends TextWebSocketHandler {}

    @Override
    public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
        registry.addHandler(new Parrot(), IN_ORGANIZATION + "/parrot");
        registry.addHandler(new Cockatoo(), "/sock").withSockJS();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableWebSocketMessageBroker
    static class Messaging implements WebSocketMessageBrokerConfigurer {

        @Override
        public void registerStompEndpoints(StompEndpointRegistry registry) {
            registry.addEndpoint(IN_ORGANIZATION + "/stomp");
        }
    }

    /** The container's own kind, served by one of its filters. */
    @ServerEndpoint("/toucan")
    public static class Toucan {

        @OnOpen
        public void open(Session session) throws IOException {
            session.close();
        }
    }

    @Bean
    Toucan toucan() {
        return new Toucan();
    }

    @Bean
    ServerEndpointExporter containersEndpoints() {
        return new ServerEndpointExporter();
    }

    // Spring Data REST

    @KeySpace("eggs")
    record Egg(@Id String id) {}

    @RepositoryRestResource(path = "eggs")
    interface Eggs extends CrudRepository<Egg, String> {}

    @RepositoryRestController
    static class Hen {

        @RequiresScopes(SCOPE)
        @GetMapping("/eggs" + IN_ORGANIZATION + "/hen")
        ResponseEntity<String> hen() {
            return ResponseEntity.ok("hen");
        }
    }

    @BasePathAwareController
    static class Cock {

        @RequiresScopes(SCOPE)
        @GetMapping(IN_ORGANIZATION + "/cock")
        ResponseEntity<String> cock() {
            return ResponseEntity.ok("cock");
        }
    }

    // Spring GraphQL

    @Controller
    static class Animals {

        @QueryMapping
        List<String> animals() {
            return List.of("all");
        }
    }

    // Actuator

    @Endpoint(id = "cage")
    static class Cage {

        @ReadOperation
        String read() {
            return "cage";
        }
    }

    @Bean
    Cage cage() {
        return new Cage();
    }

    // Other servlets

    @Bean
    ServletRegistrationBean<Servlet> servlet() {
        ServletRegistrationBean<Servlet> servlet = new ServletRegistrationBean<>(new Mule(), "/servlet/*");
        servlet.setName("mule");
        return servlet;
    }

    @Bean
    ServletRegistrationBean<Servlet> namedServlet() {
        ServletRegistrationBean<Servlet> servlet = new ServletRegistrationBean<>(new Mule(), "/named-servlet/*");
        servlet.setName("named");
        return servlet;
    }

    @Bean
    ServletRegistrationBean<DispatcherServlet> second() {
        AnnotationConfigWebApplicationContext context = new AnnotationConfigWebApplicationContext();
        context.register(SecondServlet.class);
        ServletRegistrationBean<DispatcherServlet> servlet =
                new ServletRegistrationBean<>(new DispatcherServlet(context), "/second/*");
        servlet.setName("second");
        return servlet;
    }
}
