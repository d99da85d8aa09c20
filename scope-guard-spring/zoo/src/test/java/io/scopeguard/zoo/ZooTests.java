package io.scopeguard.zoo;

import static io.scopeguard.zoo.Animal.Trait.ANY_TOKEN;
import static io.scopeguard.zoo.Animal.Trait.EMPTY;
import static io.scopeguard.zoo.Animal.Trait.GRAPHQL;
import static io.scopeguard.zoo.Animal.Trait.OPEN;
import static io.scopeguard.zoo.Animal.Trait.UNANNOTATED;
import static io.scopeguard.zoo.Animal.Trait.WEB_SOCKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.env.Environment;
import org.springframework.core.type.filter.AssignableTypeFilter;
import org.springframework.util.ClassUtils;
import org.springframework.web.servlet.HandlerAdapter;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Sends requests to each kind of handler: without a token, for another organization, without the scope, as a suspended user, and
 * with a sufficient token.
 */
@ExtendWith(OutputCaptureExtension.class)
class ZooTests {

    private static final String ORG = "/organizations/{org}";
    private static final String METHOD = "RequestMappingHandlerAdapter";
    private static final String OBJECT = "HttpRequestHandlerAdapter";
    private static final String CONTROLLER = "SimpleControllerHandlerAdapter";
    private static final String FUNCTION = "HandlerFunctionAdapter";

    private static final List<Animal> ANIMALS = List.of(
            Animal.of("controller", "RequestMappingHandlerMapping", METHOD, ORG + "/lion"),
            Animal.of("controller, unannotated", "RequestMappingHandlerMapping", METHOD, ORG + "/cub", UNANNOTATED),
            Animal.of("controller behind a JDK proxy", "RequestMappingHandlerMapping", METHOD, ORG + "/chameleon"),
            Animal.of("second mapping of controllers", "RequestMappingHandlerMapping", METHOD, ORG + "/bat"),
            Animal.of("mapping without interceptors", "", OBJECT, ORG + "/snake"),
            Animal.of("HttpRequestHandler", "BeanNameUrlHandlerMapping", OBJECT, ORG + "/owl"),
            Animal.of("mvc.Controller", "SimpleUrlHandlerMapping", CONTROLLER, ORG + "/pelican"),
            Animal.of(
                    "Servlet as a handler",
                    "SimpleUrlHandlerMapping",
                    "SimpleServletHandlerAdapter",
                    ORG + "/mule",
                    UNANNOTATED),
            Animal.of("view controller", "SimpleUrlHandlerMapping", CONTROLLER, ORG + "/ghost", UNANNOTATED, EMPTY),
            Animal.of("file", "SimpleUrlHandlerMapping", OBJECT, "/file.txt", ANY_TOKEN),
            Animal.of("welcome page", "WelcomePageHandlerMapping", CONTROLLER, "/", ANY_TOKEN),
            Animal.of("HandlerFunction class", "RouterFunctionMapping", FUNCTION, ORG + "/kangaroo"),
            Animal.of("HandlerFunction lambda", "RouterFunctionMapping", FUNCTION, ORG + "/wallaby", UNANNOTATED),
            Animal.of("filtered HandlerFunction", "RouterFunctionMapping", FUNCTION, ORG + "/koala"),
            Animal.of("HandlerFunction within processors", "RouterFunctionMapping", FUNCTION, ORG + "/wombat"),
            Animal.of(
                    "filtered @PublicEndpoint HandlerFunction",
                    "RouterFunctionMapping",
                    FUNCTION,
                    "/emu",
                    UNANNOTATED,
                    OPEN),
            Animal.of("routed file", "RouterFunctionMapping", FUNCTION, "/routed/file.txt", UNANNOTATED),
            Animal.of("WebSocket handshake", "WebSocketHandlerMapping", OBJECT, ORG + "/parrot", WEB_SOCKET),
            Animal.of("WebSocketHandler bean", "WebSocketHandlerMapping", OBJECT, ORG + "/macaw", WEB_SOCKET),
            Animal.of("SockJS", "WebSocketHandlerMapping", OBJECT, "/sock/info"),
            Animal.of("STOMP handshake", "WebSocketHandlerMapping", OBJECT, ORG + "/stomp", UNANNOTATED, WEB_SOCKET),
            Animal.of(
                    "exported repository",
                    "RepositoryRestHandlerMapping",
                    "RepositoryRestHandlerAdapter",
                    "/data/eggs",
                    UNANNOTATED),
            Animal.of(
                    "@RepositoryRestController",
                    "RepositoryRestHandlerMapping",
                    "RepositoryRestHandlerAdapter",
                    "/data/eggs" + ORG + "/hen"),
            Animal.of(
                    "@BasePathAwareController",
                    "BasePathAwareHandlerMapping",
                    "RepositoryRestHandlerAdapter",
                    "/data" + ORG + "/cock"),
            Animal.of("GraphQL", "RouterFunctionMapping", FUNCTION, ORG + "/graphql", UNANNOTATED, GRAPHQL),
            Animal.of(
                    "GraphQL over WebSocket",
                    "WebSocketHandlerMapping",
                    OBJECT,
                    ORG + "/graphql-ws",
                    UNANNOTATED,
                    WEB_SOCKET),
            Animal.of("endpoint", "WebMvcEndpointHandlerMapping", METHOD, "/actuator/cage", UNANNOTATED),
            Animal.of(
                    "health at an additional path",
                    "AdditionalHealthEndpointPathsWebMvcHandlerMapping",
                    METHOD,
                    "/healthz",
                    UNANNOTATED,
                    OPEN),
            Animal.of("second DispatcherServlet", "RequestMappingHandlerMapping", METHOD, "/second" + ORG + "/zebra"),
            Animal.of("another servlet", "", "", "/servlet/x", ANY_TOKEN),
            Animal.of("@ServerEndpoint", "", "", "/toucan", ANY_TOKEN, WEB_SOCKET));

    /** Kinds that do not lead to a separate handler. */
    private static final Map<String, String> NO_ANIMALS = Map.of(
            "DelegatingHandlerMapping", "asks the two mappings of Spring Data REST",
            "CompositeHandlerMapping", "asks the other mappings of a management port's context",
            "CompositeHandlerAdapter", "asks the other adapters of a management port's context",
            "LookupPathMatchableHandlerMapping", "wraps another mapping for HandlerMappingIntrospector",
            "PathPatternMatchableHandlerMapping", "wraps another mapping for HandlerMappingIntrospector",
            "WelcomePageNotAcceptableHandlerMapping", "answers 406 where the welcome page is not wanted",
            "ControllerEndpointHandlerMapping",
                    "for annotations of Actuator that are about to be removed; as controllers");

    private static final List<String> PROPERTIES = List.of(
            "spring.data.rest.base-path", "/data",
            "spring.graphql.http.path", "/organizations/{organizationId}/graphql",
            "spring.graphql.websocket.path", "/organizations/{organizationId}/graphql-ws",
            "management.endpoints.web.exposure.include", "health,info,cage,scopeguard",
            "management.endpoint.health.show-details", "always",
            "management.endpoint.health.show-components", "always",
            "management.endpoint.health.group.all.include", "*",
            "management.endpoint.health.group.all.additional-path", "server:/healthz");

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static final Map<Animal, List<String>> table = new LinkedHashMap<>();
    private static RunningApi zoo;
    private static RunningApi closed;
    private static String startUp;

    private final String acme = TenantServer.newId("acme");
    private final String globex = TenantServer.newId("globex");

    @BeforeAll
    static void start(CapturedOutput output) {
        zoo = RunningApi.start(tenant, clock, PROPERTIES, Zoo.class);
        startUp = output.getAll();
        List<String> deny = new ArrayList<>(PROPERTIES);
        deny.addAll(List.of(
                "scope-guard.unannotated", "deny",
                "scope-guard.open", "actuator:info,servlet:named",
                "management.server.port", "0"));
        closed = RunningApi.start(tenant, clock, deny, Zoo.class);
    }

    @AfterAll
    static void stop() {
        System.out.println(table());
        zoo.close();
        closed.close();
        tenant.close();
    }

    @BeforeEach
    void older() {
        clock.advance(Duration.ofMinutes(1));
    }

    static List<Animal> animals() {
        return ANIMALS;
    }

    static List<Animal> unannotated() {
        return ANIMALS.stream()
                .filter(animal -> !animal.isAnnotated() && !animal.is(OPEN))
                // On a port of its own.
                .filter(animal -> !animal.path().startsWith("/actuator"))
                .toList();
    }

    static List<Animal> annotated() {
        return ANIMALS.stream().filter(Animal::isAnnotated).toList();
    }

    @ParameterizedTest
    @MethodSource("animals")
    void requestThenDecidedByTheGuard(Animal animal) {
        int noToken = ask(zoo, animal, acme, null);
        int otherOrganization = ask(zoo, animal, acme, token(globex, "read:report"));
        int noScope = ask(zoo, animal, acme, token(acme, "write:report"));
        int suspended = ask(zoo, animal, acme, suspended());
        int right = ask(zoo, animal, acme, token(acme, "read:report"));
        table.put(
                animal,
                Stream.of(noToken, otherOrganization, noScope, suspended, right)
                        .map(String::valueOf)
                        .toList());

        int success = animal.success();
        assertThat(right).isEqualTo(success);
        if (animal.is(OPEN)) {
            assertThat(List.of(noToken, otherOrganization, noScope, suspended)).containsOnly(success);
            return;
        }
        assertThat(noToken).isEqualTo(401);
        assertThat(suspended).isEqualTo(animal.is(ANY_TOKEN) ? success : 401);
        assertThat(otherOrganization).isEqualTo(animal.isOfOrganization() ? 403 : success);
        assertThat(noScope).isEqualTo(animal.isAnnotated() ? 403 : success);
    }

    @ParameterizedTest
    @MethodSource("unannotated")
    void requestWhenUnannotatedAreDeniedThenForbidden(Animal animal) {
        assertThat(ask(closed, animal, acme, null)).isEqualTo(401);
        assertThat(ask(closed, animal, acme, token(acme, "read:report"))).isEqualTo(403);
    }

    @ParameterizedTest
    @MethodSource("annotated")
    void requestWhenUnannotatedAreDeniedThenAnnotatedHandlersStayOpen(Animal animal) {
        assertThat(ask(closed, animal, acme, null)).isEqualTo(401);
        assertThat(ask(closed, animal, acme, token(acme, "read:report"))).isEqualTo(animal.success());
    }

    @Test
    void requestWhenOpenByNameThenNeedsNoToken() {
        assertThat(closed.getAsStranger("/named-servlet/x").status()).isEqualTo(200);
        assertThat(management().getAsStranger("/actuator/info").status()).isEqualTo(200);
        assertThat(zoo.getAsStranger("/named-servlet/x").status()).isEqualTo(401);
        assertThat(zoo.getAsStranger("/actuator/info").status()).isEqualTo(401);
    }

    @Test
    void endpointWhenUnannotatedAreDeniedThenForbiddenExceptTheStatusOfHealth() {
        String token = token(acme, "read:report");
        for (String path : List.of("/actuator", "/actuator/cage")) {
            assertThat(management().getAsStranger(path).status()).as(path).isEqualTo(401);
            assertThat(management().get(path, token).status()).as(path).isEqualTo(403);
        }
        for (Reply health : List.of(
                management().getAsStranger("/actuator/health"),
                management().getAsStranger("/actuator/health/all"),
                management().get("/actuator/health", token),
                closed.getAsStranger("/healthz"))) {
            assertThat(health.status()).isEqualTo(200);
            assertThat(health.body()).contains("\"status\":\"UP\"").doesNotContain("components", "details");
        }
        assertThat(management().getAsStranger("/actuator/health/diskSpace").status())
                .isEqualTo(404);
        assertThat(zoo.getAsStranger("/actuator/health").body()).contains("components");
    }

    @ParameterizedTest
    @CsvSource({"GET, ''", "DELETE, ''", "GET, /someone?organization=acme", "DELETE, /someone"})
    void endpointOfOperatorsAtThePortOfTheApiThenClosedToEveryToken(String method, String path) {
        String bearer = "Bearer " + token(globex, "read:report");
        String endpoint = "/actuator/scopeguard" + path;
        assertThat(zoo.send(method, endpoint, null).status()).isEqualTo(401);
        assertThat(zoo.send(method, endpoint, null, "Authorization", bearer).status())
                .isEqualTo(403);
    }

    /** A {@code @PublicEndpoint} handler of the first servlet has the same path below its servlet, or a pattern that takes it. */
    @ParameterizedTest
    @CsvSource({"/second/open/zebra, 200", "/servlet/x, 200"})
    void pathOfAnotherServletOrEndpointThenNotTakenForAPublicHandler(String path, int withToken) {
        assertThat(zoo.getAsStranger(path).status()).isEqualTo(401);
        assertThat(zoo.get(path, token(acme, "read:report")).status()).isEqualTo(withToken);
    }

    @Test
    void pathOfAManagementPortThenNotTakenForAPublicHandler() {
        assertThat(management().getAsStranger("/actuator/cage/x").status()).isEqualTo(401);
        assertThat(management().getAsStranger("/servlet/x").status()).isEqualTo(401);
        assertThat(closed.getAsStranger("/actuator/cage/x").body()).isEqualTo("open");
    }

    /** The guard decides about them, although they are not beans. */
    @Test
    void startThenHandlersWithoutBeanAreNotReported() {
        assertThat(startUp.lines()
                        .filter(line -> line.contains("because they are not beans"))
                        .collect(Collectors.joining()))
                // Behind a mapping that reveals nothing.
                .contains(Zoo.Snake.class.getName())
                .doesNotContain(
                        Zoo.Pelican.class.getName(),
                        Zoo.Kangaroo.class.getName(),
                        Zoo.Koala.class.getName(),
                        Zoo.Wombat.class.getName(),
                        Zoo.Parrot.class.getName());
    }

    // Completeness of kinds

    @Test
    void everyHandlerMappingOfSpringIsInTheZoo() {
        Set<String> inZoo = ANIMALS.stream().map(Animal::mapping).collect(Collectors.toSet());
        assertThat(kindsOf(HandlerMapping.class))
                .isNotEmpty()
                .allMatch(kind -> inZoo.contains(kind) || NO_ANIMALS.containsKey(kind));
    }

    @Test
    void everyHandlerAdapterOfSpringIsInTheZoo() {
        Set<String> inZoo = ANIMALS.stream().map(Animal::adapter).collect(Collectors.toSet());
        assertThat(kindsOf(HandlerAdapter.class))
                .isNotEmpty()
                .allMatch(kind -> inZoo.contains(kind) || NO_ANIMALS.containsKey(kind));
    }

    private static Set<String> kindsOf(Class<?> type) {
        ClassPathScanningCandidateComponentProvider scanner = new ClassPathScanningCandidateComponentProvider(false) {
            @Override
            protected boolean isCandidateComponent(
                    org.springframework.beans.factory.annotation.AnnotatedBeanDefinition definition) {
                return definition.getMetadata().isConcrete();
            }
        };
        scanner.addIncludeFilter(new AssignableTypeFilter(type));
        return scanner.findCandidateComponents("org.springframework").stream()
                .map(BeanDefinition::getBeanClassName)
                .filter(name -> name != null && !name.contains(".web.reactive."))
                .map(ClassUtils::getShortName)
                .map(name -> name.substring(name.lastIndexOf('.') + 1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    // Asking

    private static RunningApi management() {
        String port = closed.bean(Environment.class).getProperty("local.management.port", "");
        return closed.onPort(Integer.parseInt(port));
    }

    private String token(String organization, String... scopes) {
        clock.advance(Duration.ofSeconds(1));
        String user = tenant.newUser();
        tenant.join(organization, user, scopes);
        return tenant.organizationToken(organization, user, scopes).signed();
    }

    private String suspended() {
        clock.advance(Duration.ofSeconds(1));
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report");
        tenant.suspend(user);
        return tenant.organizationToken(acme, user, "read:report").signed();
    }

    private static int ask(RunningApi api, Animal animal, String organization, @Nullable String token) {
        String path = animal.path().replace("{org}", organization);
        if (animal.is(WEB_SOCKET)) {
            return api.handshake(path, token);
        }
        List<String> headers = new ArrayList<>(List.of("Accept", "*/*"));
        if (token != null) {
            headers.addAll(List.of("Authorization", "Bearer " + token));
        }
        if (animal.is(GRAPHQL)) {
            headers.addAll(List.of("Content-Type", "application/json"));
        }
        if (animal.name().equals("welcome page")) {
            headers.set(1, "text/html");
        }
        String method = animal.is(GRAPHQL) ? "POST" : "GET";
        String body = animal.is(GRAPHQL) ? "{\"query\":\"{animals}\"}" : null;
        return api.send(method, path, body, headers.toArray(String[]::new)).status();
    }

    private static String table() {
        StringBuilder text =
                new StringBuilder("| handler | no token | other organization | no scope | suspended | right |\n");
        text.append("|---|---|---|---|---|---|\n");
        table.forEach((animal, answers) -> text.append("| ")
                .append(animal.name())
                .append(" | ")
                .append(String.join(" | ", answers))
                .append(" |\n"));
        return text.toString();
    }
}
