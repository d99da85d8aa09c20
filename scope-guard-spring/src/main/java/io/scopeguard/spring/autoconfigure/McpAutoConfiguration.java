package io.scopeguard.spring.autoconfigure;

import io.modelcontextprotocol.server.McpAsyncServer;
import io.scopeguard.ScopeGuard;
import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.authorization.CallToken;
import io.scopeguard.spring.authorization.DeclaredScopes;
import io.scopeguard.spring.authorization.InvocationDecorator;
import io.scopeguard.spring.authorization.OrganizationResolver;
import io.scopeguard.spring.authorization.ScopeAuthorizer;
import io.scopeguard.spring.authorization.UnannotatedPolicy;
import io.scopeguard.spring.mcp.GuardedStatelessTransport;
import io.scopeguard.spring.mcp.GuardedStreamableTransport;
import io.scopeguard.spring.mcp.McpAuthorizer;
import io.scopeguard.spring.mcp.McpInvocation;
import io.scopeguard.spring.mcp.McpLists;
import io.scopeguard.spring.mcp.McpMessageGuard;
import io.scopeguard.spring.mcp.McpNotifications;
import io.scopeguard.spring.mcp.McpRouterFunctions;
import io.scopeguard.spring.mcp.McpRules;
import io.scopeguard.spring.mcp.McpServers;
import io.scopeguard.spring.mcp.McpSessions;
import io.scopeguard.spring.response.ProblemResponseWriter;
import java.time.Clock;
import org.springframework.ai.mcp.server.webmvc.transport.WebMvcStatelessServerTransport;
import org.springframework.ai.mcp.server.webmvc.transport.WebMvcStreamableServerTransportProvider;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/**
 * The operations of MCP servers, if Spring AI's transports for Spring MVC are there.
 *
 * @since 0.1
 */
@AutoConfiguration(
        before = ScopeGuardAutoConfiguration.class,
        afterName = {
            "org.springframework.ai.mcp.server.webmvc.autoconfigure.McpServerStatelessWebMvcAutoConfiguration",
            "org.springframework.ai.mcp.server.webmvc.autoconfigure.McpServerStreamableHttpWebMvcAutoConfiguration"
        },
        beforeName = {
            "org.springframework.ai.mcp.server.common.autoconfigure.McpServerAutoConfiguration",
            "org.springframework.ai.mcp.server.common.autoconfigure.McpServerStatelessAutoConfiguration"
        })
@ConditionalOnGuard
@ConditionalOnClass({McpAsyncServer.class, WebMvcStreamableServerTransportProvider.class})
@EnableConfigurationProperties(McpProperties.class)
public final class McpAutoConfiguration {

    private static final String MAX_MESSAGE = "scope-guard.mcp.max-message";

    private final McpProperties properties;

    McpAutoConfiguration(McpProperties properties) {
        this.properties = properties;
    }

    @Bean
    static McpRouterFunctions mcpRouterFunctions() {
        return new McpRouterFunctions();
    }

    @Bean
    McpServers mcpServers(ListableBeanFactory beans) {
        return new McpServers(beans);
    }

    @Bean
    McpRules mcpRules(McpServers servers, UnannotatedPolicy unannotatedPolicy) {
        return new McpRules(servers, unannotatedPolicy);
    }

    @Bean
    McpSessions mcpSessions(@Qualifier(ScopeGuardAutoConfiguration.CLOCK) Clock clock) {
        return new McpSessions(clock);
    }

    @Bean
    McpNotifications mcpNotifications(
            McpSessions sessions, ScopeGuard scopeGuardCore, ScopeAuthorizer scopeAuthorizer, CallToken callToken) {
        return new McpNotifications(sessions, scopeGuardCore, scopeAuthorizer, callToken);
    }

    @Bean
    McpAuthorizer mcpAuthorizer(
            McpRules rules,
            OrganizationResolver organizationResolver,
            ScopeAuthorizer scopeAuthorizer,
            UnannotatedPolicy unannotatedPolicy) {
        return new McpAuthorizer(rules, organizationResolver, scopeAuthorizer, unannotatedPolicy);
    }

    @Bean
    McpLists mcpLists(
            ScopeGuard scopeGuardCore,
            @Qualifier(ScopeGuardAutoConfiguration.CLOCK) Clock clock,
            DeclaredScopes declaredScopes,
            McpRules rules,
            UnannotatedPolicy unannotatedPolicy,
            ScopeGuardProperties settings) {
        boolean showsAll = properties.list() == McpProperties.Entries.ALL;
        return new McpLists(
                scopeGuardCore,
                clock,
                settings.permissions().maxAge(),
                declaredScopes,
                rules,
                unannotatedPolicy,
                showsAll,
                client -> isThirdParty(settings, client));
    }

    @Bean
    McpMessageGuard mcpMessageGuard(McpAuthorizer authorizer, McpLists lists) {
        return new McpMessageGuard(authorizer, lists);
    }

    private static boolean isThirdParty(ScopeGuardProperties guard, String clientId) {
        ScopeGuardProperties.Client client = guard.clients().get(clientId);
        return client != null && client.thirdParty();
    }

    @Bean
    InvocationDecorator mcpInvocation(
            McpAuthorizer authorizer, McpSessions sessions, ProblemResponseWriter problemResponseWriter) {
        int most = maxMessage();
        return next -> new McpInvocation(next, authorizer, sessions, problemResponseWriter, most);
    }

    private int maxMessage() {
        long bytes = properties.maxMessage().toBytes();
        if (bytes < 1 || bytes >= Integer.MAX_VALUE) {
            throw new InvalidSettingException(
                    MAX_MESSAGE,
                    "is " + properties.maxMessage() + ", which is not a possible size of a message",
                    "Use a size of at least 1B and less than 2GB. The default is 1MB.");
        }
        return (int) bytes;
    }

    /** Takes the place of the original, which closes itself, where the server is made. */
    @Bean(destroyMethod = "")
    @Primary
    @ConditionalOnBean(WebMvcStatelessServerTransport.class)
    GuardedStatelessTransport guardedStatelessMcpTransport(
            WebMvcStatelessServerTransport transport, McpMessageGuard guard) {
        return new GuardedStatelessTransport(transport, guard);
    }

    /** Takes the place of the original, which closes itself, where the server is made. */
    @Bean(destroyMethod = "")
    @Primary
    @ConditionalOnBean(WebMvcStreamableServerTransportProvider.class)
    GuardedStreamableTransport guardedStreamableMcpTransport(
            WebMvcStreamableServerTransportProvider transport,
            McpMessageGuard guard,
            McpSessions sessions,
            McpNotifications notifications) {
        return new GuardedStreamableTransport(transport, guard, sessions, notifications);
    }
}
