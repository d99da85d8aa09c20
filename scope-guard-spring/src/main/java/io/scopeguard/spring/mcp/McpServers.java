package io.scopeguard.spring.mcp;

import io.modelcontextprotocol.server.McpAsyncServer;
import io.modelcontextprotocol.server.McpStatelessAsyncServer;
import io.modelcontextprotocol.server.McpStatelessSyncServer;
import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.spec.McpSchema.Prompt;
import io.modelcontextprotocol.spec.McpSchema.Resource;
import io.modelcontextprotocol.spec.McpSchema.ResourceTemplate;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import io.modelcontextprotocol.spec.McpServerTransportProviderBase;
import io.modelcontextprotocol.spec.McpStatelessServerTransport;
import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.mcp.McpOperation.Kind;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.springframework.beans.factory.ListableBeanFactory;
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
        Set<McpName> keys = new HashSet<>();
        all(
                        McpSyncServer.class,
                        server -> names(
                                server.listTools(),
                                server.listPrompts(),
                                server.listResources(),
                                server.listResourceTemplates()))
                .forEach(keys::add);
        all(
                        McpStatelessSyncServer.class,
                        server -> names(
                                server.listTools(),
                                server.listPrompts(),
                                server.listResources(),
                                server.listResourceTemplates()))
                .forEach(keys::add);
        all(
                        McpAsyncServer.class,
                        server -> names(
                                list(server.listTools()),
                                list(server.listPrompts()),
                                list(server.listResources()),
                                list(server.listResourceTemplates())))
                .forEach(keys::add);
        all(
                        McpStatelessAsyncServer.class,
                        server -> names(
                                list(server.listTools()),
                                list(server.listPrompts()),
                                list(server.listResources()),
                                list(server.listResourceTemplates())))
                .forEach(keys::add);
        return keys;
    }

    private <S> Stream<McpName> all(Class<S> type, Function<S, Stream<McpName>> operations) {
        return beans.getBeansOfType(type).values().stream().flatMap(operations);
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
        beans.getBeansOfType(GuardedTransport.class).values().forEach(transport -> {
            guarded.add(transport);
            guarded.add(transport.original());
        });
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
                "is not guarded, and the application has MCP operations that require scopes",
                "Set spring.ai.mcp.server.protocol=STREAMABLE or STATELESS, or remove the transport.");
    }
}
