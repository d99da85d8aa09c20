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
 * An identity provider that speaks Logto's protocol, in this process, on a port of its own, reachable from this machine only unless
 * it is given another address. It keeps everything in memory and starts with a small tenant: organizations {@code acme} and {@code
 * globex}, users {@code alice}, {@code bob} and {@code carol} with the password {@code demo}.
 *
 * <pre>{@code
 * LogtoBox box = LogtoBox.builder().port(0).start();
 * box.addMember("acme", "dana", "read:report");
 * String token = box.token("dana", "acme", "read:report");
 * box.properties().forEach((name, value) -> registry.add(name, () -> value)); // a DynamicPropertyRegistry
 * }</pre>
 *
 * <p>For local development and tests, not for production: its secrets are public. Thread-safe.
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

    /** Where the box is reached. The issuer of its tokens is this with {@code /oidc} appended. */
    public URI endpoint() {
        return context.getBean(Issuer.class).endpoint();
    }

    /** The tenant, to be looked at and changed from within this process. */
    public Directory directory() {
        return directory;
    }

    /**
     * The properties by which Scope Guard uses this provider. Live permissions are at most a second old, unless the application
     * sets another age: the provider is in the same process and can be asked often.
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
     * Issues an organization token, as a sign-in would that asked for these scopes.
     *
     * @throws IllegalStateException if the user is no active member, or does not hold one of the scopes
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

    /** Sends every event from now on to this address, as if a webhook had been set up with this signing key. */
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

    /** Settings of a box that is about to start. */
    public static final class Builder {

        private String address = "127.0.0.1";
        private int port = 9000;
        private Clock clock = Clock.systemUTC();
        private boolean hasRolesInAccessTokens;

        private Builder() {}

        /** The address to listen on, the loopback address unless given. Tokens name 127.0.0.1 as their issuer all the same. */
        public Builder address(String address) {
            this.address = address;
            return this;
        }

        /** The port to listen on, 9000 unless given; 0 for any that is free. */
        public Builder port(int port) {
            this.port = port;
            return this;
        }

        /** The clock that decides on every time in a token and on its expiry; the system's unless given. */
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

        /** In a thread of its own, because Spring Boot hands what prepares an application to the next start in the same thread. */
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
                                    // Cookies know no port: another name keeps clear of an application's own session.
                                    "server.servlet.session.cookie.name",
                                    "logto_box_session")));
            return environment;
        }
    }
}
