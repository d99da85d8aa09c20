package io.scopeguard.spring.mcp;

import io.modelcontextprotocol.server.McpAsyncServer;
import io.modelcontextprotocol.server.McpServerFeatures;
import io.modelcontextprotocol.server.McpStatelessAsyncServer;
import io.modelcontextprotocol.server.McpStatelessServerFeatures;
import io.modelcontextprotocol.server.McpStatelessSyncServer;
import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.spec.McpSchema.CompleteReference;
import io.modelcontextprotocol.spec.McpSchema.Prompt;
import io.modelcontextprotocol.spec.McpSchema.PromptReference;
import io.modelcontextprotocol.spec.McpSchema.Resource;
import io.modelcontextprotocol.spec.McpSchema.ResourceReference;
import io.modelcontextprotocol.spec.McpSchema.ResourceTemplate;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import io.modelcontextprotocol.spec.McpServerTransportProviderBase;
import io.modelcontextprotocol.spec.McpStatelessServerTransport;
import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.mcp.McpOperation.Kind;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.util.ClassUtils;
import reactor.core.publisher.Flux;

/**
 * The MCP servers of the application, with their tools, prompts, resources and completions.
 */
public final class McpServers {

    private final ListableBeanFactory beans;

    public McpServers(ListableBeanFactory beans) {
        this.beans = beans;
    }

    /** All operations that clients could call now. */
    Set<McpName> operations() {
        return Stream.of(
                        asyncServers()
                                .flatMap(server -> names(
                                        list(server.listTools()),
                                        list(server.listPrompts()),
                                        list(server.listResources()),
                                        list(server.listResourceTemplates()))),
                        beans(McpStatelessSyncServer.class)
                                .flatMap(server -> names(
                                        server.listTools(),
                                        server.listPrompts(),
                                        server.listResources(),
                                        server.listResourceTemplates())),
                        beans(McpStatelessAsyncServer.class)
                                .flatMap(server -> names(
                                        list(server.listTools()),
                                        list(server.listPrompts()),
                                        list(server.listResources()),
                                        list(server.listResourceTemplates()))),
                        completions())
                .flatMap(each -> each)
                .collect(Collectors.toSet());
    }

    /** A synchronous server is a view of an asynchronous one. */
    private Stream<McpAsyncServer> asyncServers() {
        return Stream.concat(
                beans(McpAsyncServer.class), beans(McpSyncServer.class).map(McpSyncServer::getAsyncServer));
    }

    private <T> Stream<T> beans(Class<T> type) {
        return beans.getBeansOfType(type).values().stream();
    }

    /** Servers do not list their completions: these come from the specifications of the annotation scanner. */
    private Stream<McpName> completions() {
        return Arrays.stream(beans.getBeanNamesForType(List.class, true, false))
                .map(beans::getBean)
                .flatMap(bean -> bean instanceof List<?> list ? list.stream() : Stream.empty())
                .map(McpServers::completed)
                .flatMap(Stream::ofNullable)
                .map(reference -> new McpName(Kind.COMPLETION, nameOf(reference)));
    }

    /** The methods of all beans that complete arguments. */
    Stream<Method> completionMethods() {
        return Arrays.stream(beans.getBeanDefinitionNames())
                .map(name -> beans.getType(name, false))
                .flatMap(Stream::ofNullable)
                .map(ClassUtils::getUserClass)
                .distinct()
                .flatMap(type -> MethodIntrospector.selectMethods(type, McpMethods::isCompletion).stream());
    }

    private static String nameOf(CompleteReference reference) {
        return reference instanceof PromptReference prompt ? prompt.name() : ((ResourceReference) reference).uri();
    }

    private static @Nullable CompleteReference completed(@Nullable Object specification) {
        if (specification instanceof McpServerFeatures.SyncCompletionSpecification sync) {
            return sync.referenceKey();
        }
        if (specification instanceof McpServerFeatures.AsyncCompletionSpecification async) {
            return async.referenceKey();
        }
        if (specification instanceof McpStatelessServerFeatures.SyncCompletionSpecification sync) {
            return sync.referenceKey();
        }
        return specification instanceof McpStatelessServerFeatures.AsyncCompletionSpecification async
                ? async.referenceKey()
                : null;
    }

    private static <T> List<T> list(Flux<T> items) {
        List<T> all = items.collectList().block();
        return all == null ? List.of() : all;
    }

    private static Stream<McpName> names(
            Collection<Tool> tools,
            Collection<Prompt> prompts,
            Collection<Resource> resources,
            Collection<ResourceTemplate> templates) {
        return Stream.of(
                        tools.stream().map(tool -> new McpName(Kind.TOOL, tool.name())),
                        prompts.stream().map(prompt -> new McpName(Kind.PROMPT, prompt.name())),
                        resources.stream().map(resource -> new McpName(Kind.RESOURCE, resource.uri())),
                        templates.stream().map(template -> new McpName(Kind.RESOURCE, template.uriTemplate())))
                .flatMap(each -> each);
    }

    /**
     * Checks that messages of all transports pass the guard.
     *
     * @throws InvalidSettingException if a transport is not guarded
     */
    void check() {
        Set<Object> guarded = new HashSet<>();
        AtomicInteger guardedServers = new AtomicInteger();
        beans(GuardedTransport.class).forEach(transport -> {
            guarded.add(transport);
            guarded.add(transport.original);
            guardedServers.addAndGet(transport.servers());
        });
        checkTransports(guarded);
        if (servers().size() > guardedServers.get()) {
            throw new InvalidSettingException(
                    "An MCP server of the application (one of the beans "
                            + String.join(", ", servers().values()) + ")",
                    "receives its messages from a transport without a guard",
                    "Leave the server to Spring AI's auto-configuration, or make it with the bean of type"
                            + " McpStreamableServerTransportProvider or McpStatelessServerTransport.");
        }
    }

    /** The names of all servers. One of the synchronous servers is a view of an asynchronous one. */
    private Map<Object, String> servers() {
        Map<Object, String> servers = new HashMap<>();
        beans.getBeansOfType(McpAsyncServer.class).forEach((name, server) -> servers.put(server, name));
        beans.getBeansOfType(McpSyncServer.class).forEach((name, server) -> servers.put(server.getAsyncServer(), name));
        beans.getBeansOfType(McpStatelessAsyncServer.class).forEach((name, server) -> servers.put(server, name));
        beans.getBeansOfType(McpStatelessSyncServer.class).forEach((name, server) -> servers.put(server, name));
        return servers;
    }

    private void checkTransports(Set<Object> guarded) {
        Stream.concat(
                        beans.getBeansOfType(McpServerTransportProviderBase.class).entrySet().stream(),
                        beans.getBeansOfType(McpStatelessServerTransport.class).entrySet().stream())
                .filter(entry -> !guarded.contains(entry.getValue()))
                .findFirst()
                .ifPresent(entry -> {
                    throw unguarded(entry.getKey(), entry.getValue());
                });
    }

    private static InvalidSettingException unguarded(String name, Object transport) {
        return new InvalidSettingException(
                "The MCP transport '" + name + "' (" + transport.getClass().getName() + ")",
                "is not guarded, although the application has MCP operations that require scopes, or sets"
                        + " scope-guard.unannotated=deny",
                "Set spring.ai.mcp.server.protocol=STREAMABLE or STATELESS, or remove the transport.");
    }
}
