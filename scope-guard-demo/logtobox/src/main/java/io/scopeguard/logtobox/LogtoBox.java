package io.scopeguard.logtobox;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.directory.Seed;
import io.scopeguard.logtobox.oidc.DirectTokens;
import io.scopeguard.logtobox.oidc.Issuer;
import io.scopeguard.logtobox.oidc.OidcConfiguration;
import io.scopeguard.logtobox.webhook.Hook;
import io.scopeguard.logtobox.webhook.HookEvents;
import io.scopeguard.logtobox.webhook.Webhooks;
import io.scopeguard.logtobox.wire.Ids;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;

/**
 * An identity provider with Logto's protocol, which runs in this process, on a separate port. By default, only this machine can
 * reach it. It keeps all data in memory and starts with a small tenant: organizations {@code acme} and {@code globex}, users
 * {@code alice}, {@code bob} and {@code carol} with the password {@code demo}.
 *
 * <pre>{@code
 * LogtoBox box = LogtoBox.builder().port(0).start();
 * box.addMember("acme", "dana", "read:report");
 * String token = box.token("dana", "acme", "read:report");
 * box.properties().forEach((name, value) -> registry.add(name, () -> value)); // a DynamicPropertyRegistry
 * }</pre>
 *
 * <p>For local development and tests, not for production: its secrets are public. Thread-safe.
 *
 * @since 0.1
 */
public final class LogtoBox implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LogtoBox.class);

    /** The client of tokens that are issued without a sign-in. */
    private static final String CLIENT = "demo-web";

    private final ConfigurableApplicationContext context;
    private final Directory directory;

    private LogtoBox(ConfigurableApplicationContext context, Directory directory) {
        this.context = context;
        this.directory = directory;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The address of the box. The issuer of its tokens is this address with {@code /oidc} appended. */
    public URI endpoint() {
        return context.getBean(Issuer.class).endpoint();
    }

    /** The tenant, to be read and changed from within this process. */
    public Directory directory() {
        return directory;
    }

    /**
     * The properties that make Scope Guard use this provider. Live permissions are at most a second old, unless the application
     * sets another age, because calls within the process are cheap.
     */
    public Map<String, String> properties() {
        return Map.of(
                "scope-guard.logto.endpoint", endpoint().toString(),
                "scope-guard.logto.app-id", "demo-m2m",
                "scope-guard.logto.app-secret", "demo-m2m-secret",
                "scope-guard.logto.calls-per-second", "50",
                "scope-guard.permissions.max-age", "1s");
    }

    /**
     * Makes a user a member with exactly these organization scopes. Creates the user, the organization and the scopes if they do
     * not exist.
     */
    public void addMember(String organization, String user, String... scopes) {
        directory.addMember(organization, user, List.of(scopes));
    }

    /**
     * Issues the organization token that a sign-in with a request for these scopes would deliver.
     *
     * @throws IllegalStateException if the user is not an active member, or does not hold one of the scopes
     */
    public String token(String user, String organization, String... scopes) {
        return context.getBean(DirectTokens.class).organizationToken(user, CLIENT, organization, List.of(scopes));
    }

    /**
     * Issues a token for an API resource, outside of organizations.
     *
     * @throws IllegalStateException if the user is not active, or does not hold one of the scopes
     */
    public String resourceToken(String user, String resource, String... scopes) {
        return context.getBean(DirectTokens.class).resourceToken(user, CLIENT, resource, null, List.of(scopes));
    }

    /** Sends every event from now on to this address, like a webhook with this signing key. */
    public void deliverTo(URI url, String signingKey) {
        context.getBean(Webhooks.class)
                .save(new Hook(
                        Ids.standardId(),
                        "Everything",
                        null,
                        HookEvents.ALL,
                        Map.of("url", url.toString()),
                        signingKey,
                        true,
                        directory.now()));
    }

    @Override
    public void close() {
        context.close();
    }

    /** The settings of a box. */
    public static final class Builder {

        private String address = "127.0.0.1";
        private int port = 9000;
        private Clock clock = Clock.systemUTC();
        private boolean hasRolesInAccessTokens;

        private Builder() {}

        /** The address to listen on. The loopback address by default. Tokens name 127.0.0.1 as their issuer in any case. */
        public Builder address(String address) {
            this.address = address;
            return this;
        }

        /** The port to listen on. 9000 by default; 0 for any free port. */
        public Builder port(int port) {
            this.port = port;
            return this;
        }

        /** The clock for all times in tokens and for their expiry. The system's by default. */
        public Builder clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        /**
         * Adds the claims {@code roles} and {@code organization_roles} to the access tokens of users, as a custom claims script of
         * the tenant would. Without it, access tokens carry no roles.
         */
        public Builder rolesInAccessTokens() {
            hasRolesInAccessTokens = true;
            return this;
        }

        public LogtoBox start() {
            Directory directory = new Directory(clock);
            Seed.plant(directory);
            LogtoBox box = new LogtoBox(run(directory), directory);
            LOG.info(
                    "Logto in a box, for trying out, not for production, listens on {}, address {}",
                    box.endpoint(),
                    address);
            return box;
        }

        /**
         * Starts in a separate thread, because Spring Boot passes the hooks of one application to the next one that starts in the
         * same thread.
         */
        private ConfigurableApplicationContext run(Directory directory) {
            try {
                return CompletableFuture.supplyAsync(
                                () -> application(directory).run(), start -> new Thread(start, "logto-box").start())
                        .join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof RuntimeException cause ? cause : e;
            }
        }

        private SpringApplicationBuilder application(Directory directory) {
            return new SpringApplicationBuilder(BoxConfiguration.class)
                    .main(LogtoBox.class)
                    .environment(environment())
                    .web(WebApplicationType.SERVLET)
                    .bannerMode(Banner.Mode.OFF)
                    .logStartupInfo(false)
                    .registerShutdownHook(true)
                    .initializers(new BoxInitializer(clock, directory));
        }

        private IsolatedEnvironment environment() {
            IsolatedEnvironment environment = new IsolatedEnvironment();
            environment
                    .getPropertySources()
                    .addFirst(new MapPropertySource(
                            "box",
                            Map.of(
                                    "spring.config.name",
                                    "logto-box",
                                    "spring.application.name",
                                    "logto-box",
                                    "spring.main.allow-bean-definition-overriding",
                                    false,
                                    "spring.jmx.enabled",
                                    false,
                                    "spring.web.resources.add-mappings",
                                    false,
                                    "server.address",
                                    address,
                                    "server.port",
                                    port,
                                    OidcConfiguration.ROLES_IN_ACCESS_TOKENS,
                                    hasRolesInAccessTokens,
                                    "server.shutdown",
                                    "immediate",
                                    // Cookies do not depend on the port, so another name avoids a conflict with an
                                    // application's own session.
                                    "server.servlet.session.cookie.name",
                                    "logto_box_session")));
            return environment;
        }
    }
}
