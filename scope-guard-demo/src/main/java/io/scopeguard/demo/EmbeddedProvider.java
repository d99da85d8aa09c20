package io.scopeguard.demo;

import io.scopeguard.logtobox.LogtoBox;
import io.scopeguard.logtobox.directory.Resource;
import io.scopeguard.logtobox.directory.Seed;
import io.scopeguard.logtobox.wire.Ids;
import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.autoconfigure.LogtoProperties;
import io.scopeguard.spring.autoconfigure.LogtoProperties.Webhook;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.context.event.ApplicationFailedEvent;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/** Starts an embedded identity provider if none is configured, and connects it with the API. */
final class EmbeddedProvider implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    private static final List<String> PROVIDER_PROPERTIES = List.of(
            "scope-guard.logto.endpoint",
            "scope-guard.logto.app-id",
            "scope-guard.logto.app-secret",
            "scope-guard.resources");

    /** An embedded provider has no rate limit, so short ages show the effect of a change at once. */
    private static final Map<String, Object> NEARBY = Map.of(
            "scope-guard.permissions.max-age", "1s",
            "scope-guard.logto.calls-per-second", "50",
            "scope-guard.drift.spread", "1s");

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        ConfigurableEnvironment environment = context.getEnvironment();
        if (PROVIDER_PROPERTIES.stream().noneMatch(environment::containsProperty)) {
            LogtoBox box = start(environment);
            context.getBeanFactory().registerSingleton("logtoBox", box);
            context.addApplicationListener(closing(context, box));
            closeUnstarted(context, box);
            context.addApplicationListener(delivering(context, box));
            String agents = endpointOfAgents(environment);
            addResource(box, agents);
            environment
                    .getPropertySources()
                    .addFirst(new MapPropertySource("embedded provider", properties(box, agents)));
            environment.getPropertySources().addLast(new MapPropertySource("nearby provider", NEARBY));
        }
    }

    private static LogtoBox start(ConfigurableEnvironment environment) {
        String address = environment.getProperty("demo.provider.address", "127.0.0.1");
        int port = environment.getProperty("demo.provider.port", Integer.class, 9000);
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(address, port));
        } catch (IOException e) {
            throw new InvalidSettingException(
                    "demo.provider.port",
                    "is " + port + ", where the embedded provider cannot listen: " + e.getMessage(),
                    "Set demo.provider.port to a free port, for example with the environment variable DEMO_PROVIDER_PORT=9001.",
                    e);
        }
        return LogtoBox.builder().address(address).port(port).start();
    }

    /** Agents request tokens for the address of the MCP server. */
    private static String endpointOfAgents(ConfigurableEnvironment environment) {
        String port = environment.getProperty("server.port", "8080");
        return "http://localhost:" + port + environment.getProperty("server.servlet.context-path", "") + "/mcp";
    }

    /** The API resource of the MCP server, with the scopes of members and admins of organizations. */
    private static void addResource(LogtoBox box, String indicator) {
        box.directory().resources().insert(new Resource("mcp-server", "MCP server", indicator, false, 3600));
        box.directory().addResourceScope(indicator, "read:report", "member", "admin");
        box.directory().addResourceScope(indicator, "delete:report", "admin");
    }

    private static Map<String, Object> properties(LogtoBox box, String agents) {
        String resources = Seed.EXAMPLE_API + "," + agents;
        return Map.of(
                "demo.api.audience",
                Seed.EXAMPLE_API,
                "demo.mcp.audience",
                agents,
                "demo.shop.app-id",
                "demo-shop",
                "demo.shop.app-secret",
                "demo-shop-secret",
                "scope-guard.logto.endpoint",
                box.endpoint().toString(),
                "scope-guard.logto.app-id",
                "demo-m2m",
                "scope-guard.logto.app-secret",
                "demo-m2m-secret",
                "scope-guard.logto.webhook.signing-keys",
                Ids.secret(),
                "scope-guard.resources",
                resources);
    }

    /** The address of the API is known only after it has started to listen. */
    private static ApplicationListener<WebServerInitializedEvent> delivering(
            ConfigurableApplicationContext context, LogtoBox box) {
        return event -> {
            if (event.getApplicationContext().equals(context)) {
                Webhook webhook = context.getBean(LogtoProperties.class).webhook();
                String contextPath = context.getEnvironment().getProperty("server.servlet.context-path", "");
                int port = event.getWebServer().getPort();
                Stream.of("localhost", "127.0.0.1").forEach(host -> register(box, "http://" + host + ":" + port + "/"));
                String origin = "http://localhost:" + port;
                box.deliverTo(
                        URI.create(origin + contextPath + webhook.path()),
                        Objects.requireNonNull(webhook.signingKeys()).get(0));
            }
        };
    }

    /** Lets the page sign users in and out, on any port. */
    private static void register(LogtoBox box, String page) {
        box.directory().applications().update("demo-web", application -> application.withRedirectUri(page));
    }

    /** A context that is only processed ahead of time publishes no event when it is closed. */
    private static void closeUnstarted(ConfigurableApplicationContext context, LogtoBox box) {
        ((DefaultListableBeanFactory) context.getBeanFactory()).registerDisposableBean("logtoBox", box::close);
    }

    /** Stops the provider when the API stops or fails to start. */
    private static ApplicationListener<ApplicationEvent> closing(ConfigurableApplicationContext context, LogtoBox box) {
        return event -> {
            boolean closed = event instanceof ContextClosedEvent closing
                    && closing.getApplicationContext().equals(context);
            if (closed || event instanceof ApplicationFailedEvent) {
                box.close();
            }
        };
    }
}
