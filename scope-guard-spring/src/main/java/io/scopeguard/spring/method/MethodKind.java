package io.scopeguard.spring.method;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;

/** The ways in which methods are called, which determine the possible enforcement of an annotation. */
enum MethodKind {
    /** By a handler mapping. The web guard decides before the arguments are bound. */
    WEB,
    /** By an MCP server, by name. The guard of its endpoint decides before the message is dispatched. */
    MCP,
    /** By a framework on behalf of a client, such as GraphQL or messaging. Method security decides. */
    MAPPED,
    /** By the container, without a client's token. */
    CONTAINER,
    /** By other beans. Method security decides. */
    PLAIN;

    private static final Set<String> WEB_ANNOTATIONS = Set.of(
            "org.springframework.web.bind.annotation.RequestMapping",
            "org.springframework.web.service.annotation.HttpExchange");
    private static final Set<String> MAPPED_ANNOTATIONS = Set.of(
            "org.springframework.graphql.data.method.annotation.SchemaMapping",
            "org.springframework.graphql.data.method.annotation.BatchMapping",
            "org.springframework.graphql.data.federation.EntityMapping",
            "org.springframework.messaging.handler.annotation.MessageMapping",
            "org.springframework.messaging.simp.annotation.SubscribeMapping");
    private static final Set<String> MCP_ANNOTATIONS = Set.of(
            "org.springframework.ai.mcp.annotation.McpTool",
            "org.springframework.ai.mcp.annotation.McpResource",
            "org.springframework.ai.mcp.annotation.McpPrompt",
            "org.springframework.ai.mcp.annotation.McpComplete");

    private static final Set<String> CONTAINER_ANNOTATIONS = Set.of(
            Bean.class.getName(),
            "org.springframework.scheduling.annotation.Scheduled",
            "org.springframework.scheduling.annotation.Schedules",
            "jakarta.annotation.PostConstruct",
            "jakarta.annotation.PreDestroy");

    /** Types that may be missing from the class path. */
    private static final List<String> WEB_TYPES = List.of(
            "org.springframework.web.HttpRequestHandler",
            "org.springframework.web.servlet.mvc.Controller",
            "org.springframework.web.servlet.function.HandlerFunction");

    private static final String WEB_SOCKET = "org.springframework.web.socket.WebSocketHandler";

    /** The kind of a method of a target class, by its annotations and the types that it implements. */
    static MethodKind of(Method method, Class<?> targetClass) {
        Set<String> annotations = names(method);
        if (containsAny(annotations, CONTAINER_ANNOTATIONS) || isMessageListener(annotations)) {
            return CONTAINER;
        }
        if (containsAny(annotations, WEB_ANNOTATIONS) || implementsWebType(method, targetClass)) {
            return WEB;
        }
        if (containsAny(annotations, MCP_ANNOTATIONS)) {
            return MCP;
        }
        return containsAny(annotations, MAPPED_ANNOTATIONS) ? MAPPED : PLAIN;
    }

    /** Whether clients call the method in several ways, such as by HTTP and by GraphQL. */
    static boolean isMappedTwice(Method method) {
        Set<String> annotations = names(method);
        return Stream.of(WEB_ANNOTATIONS, MCP_ANNOTATIONS, MAPPED_ANNOTATIONS)
                        .filter(kind -> containsAny(annotations, kind))
                        .count()
                > 1;
    }

    /** Whether the whole class is one handler of WebSocket sessions, which the web guard checks at the handshake. */
    static boolean isWebSocketHandler(Class<?> targetClass) {
        return hasSupertype(targetClass, WEB_SOCKET);
    }

    /** Whether a servlet container calls the class, possibly without the bean's proxy. */
    static boolean isServletComponent(Class<?> targetClass) {
        return hasSupertype(targetClass, "jakarta.servlet.Servlet")
                || hasSupertype(targetClass, "jakarta.servlet.Filter")
                || MergedAnnotations.from(targetClass, SearchStrategy.TYPE_HIERARCHY)
                        .isPresent("jakarta.websocket.server.ServerEndpoint");
    }

    private static boolean implementsWebType(Method method, Class<?> targetClass) {
        return WEB_TYPES.stream()
                .map(name -> supertype(targetClass, name))
                .anyMatch(type ->
                        type != null && ClassUtils.hasMethod(type, method.getName(), method.getParameterTypes()));
    }

    /**
     * Listeners of JMS, Kafka, AMQP and the like: their containers deliver messages without a token. Application events have a
     * caller.
     */
    private static boolean isMessageListener(Set<String> annotations) {
        return !annotations.contains("org.springframework.context.event.EventListener")
                && annotations.stream().anyMatch(name -> name.endsWith("Listener") || name.endsWith("Listeners"));
    }

    private static Set<String> names(Method method) {
        return MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY).stream()
                .map(MergedAnnotation<Annotation>::getType)
                .map(Class::getName)
                .collect(Collectors.toSet());
    }

    private static boolean containsAny(Set<String> names, Set<String> wanted) {
        return names.stream().anyMatch(wanted::contains);
    }

    private static boolean hasSupertype(Class<?> type, String name) {
        return supertype(type, name) != null;
    }

    private static @Nullable Class<?> supertype(Class<?> type, String name) {
        return Interfaces.of(type).stream()
                .filter(candidate -> candidate.getName().equals(name))
                .findFirst()
                .orElse(null);
    }
}
