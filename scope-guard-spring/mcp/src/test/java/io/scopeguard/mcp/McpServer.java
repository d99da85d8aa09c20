package io.scopeguard.mcp;

import io.scopeguard.logtobox.LogtoBox;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.Banner;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** An MCP server that is guarded, with the embedded provider. */
public final class McpServer implements AutoCloseable {

    /** One provider for all tests; each takes users of its own. */
    public static final LogtoBox BOX = LogtoBox.builder().port(0).start();

    private static final AtomicInteger USERS = new AtomicInteger();

    private final ConfigurableApplicationContext context;

    private McpServer(ConfigurableApplicationContext context) {
        this.context = context;
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    /** Starts a server that has these beans. */
    public static McpServer start(List<Class<?>> beans, String... properties) {
        Map<String, String> all = properties();
        for (String property : properties) {
            String[] parts = property.split("=", 2);
            all.put(parts[0], parts[1]);
        }
        List<Class<?>> sources = new ArrayList<>(beans);
        sources.add(Application.class);
        return new McpServer(new SpringApplicationBuilder(sources.toArray(Class<?>[]::new))
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .run(all.entrySet().stream().map(entry -> "--" + entry).toArray(String[]::new)));
    }

    private static Map<String, String> properties() {
        Map<String, String> properties = new LinkedHashMap<>(BOX.properties());
        properties.put("server.port", "0");
        // A graceful shutdown waits for open streams until its time limit.
        properties.put("server.shutdown", "immediate");
        properties.put("spring.ai.mcp.server.protocol", "STREAMABLE");
        properties.put("scope-guard.default-audience", "organization");
        properties.put("scope-guard.resources", "https://api.example.test");
        properties.put("scope-guard.logto.timeout", "30s");
        properties.put("scope-guard.permissions.max-wait", "60s");
        properties.put("scope-guard.permissions.max-age", "300ms");
        return properties;
    }

    ConfigurableApplicationContext context() {
        return context;
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port") + "/mcp");
    }

    McpClient client(String token) {
        return new McpClient(endpoint(), token);
    }

    /** A user that nobody else has, who is a member of acme with these scopes. */
    static String member(String... scopes) {
        String user = "agent" + USERS.incrementAndGet();
        BOX.addMember("acme", user, scopes);
        return user;
    }

    @Override
    public void close() {
        context.close();
    }
}
