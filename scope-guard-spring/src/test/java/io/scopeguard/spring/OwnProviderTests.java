package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.provider.PermissionSource;
import io.scopeguard.scope.Audience;
import io.scopeguard.spring.support.Directory;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A bean of type {@code IdentityProvider} is enough: no property of any other provider is set. */
class OwnProviderTests {

    private static final Path DOCUMENTATION = Path.of(
            "..", "scope-guard-core", "src", "main", "java", "io", "scopeguard", "provider", "package-info.java");
    private static final Path EXAMPLE =
            Path.of("src", "test", "java", "io", "scopeguard", "spring", "support", "Directory.java");

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer keys = new TenantServer(clock);
    private static final Map<String, Set<String>> members = new ConcurrentHashMap<>();

    private static RunningApi api;

    @BeforeAll
    static void start() {
        api = RunningApi.start(
                Map.of(
                        "scope-guard.resources", TenantServer.RESOURCE,
                        "scope-guard.default-audience", "organization",
                        "scope-guard.permissions.max-wait", "60s"),
                clock,
                GuardedApi.class,
                OwnProvider.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        keys.close();
    }

    private static TestToken token(String organization, String user, String... scopes) {
        return keys.organizationToken(organization, user, scopes)
                .with("aud", "reports")
                .with("tenant", organization);
    }

    @Test
    void getWhenRoleIsRevokedThenDenied() {
        members.put("acme/alice", Set.of("reader"));
        TestToken token = token("acme", "alice", "read:report", "write:report");

        Reply reply = api.get("/organizations/acme/reports", token);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Scope-Drift")).contains("action=refresh", "demoted=(\"write:report\")");

        members.remove("acme/alice");
        clock.advance(Duration.ofSeconds(60));
        assertThat(api.get("/organizations/acme/reports", token).body()).contains("not-a-member");
    }

    @Test
    void getWhenTheTokenIsForAnotherApiThenTheProvidersMessageIsSent() {
        Reply reply =
                api.get("/organizations/acme/reports", token("acme", "bob").with("aud", "other"));

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.header("WWW-Authenticate")).contains("The token is for another API: request one for reports.");
    }

    /** The check takes as long as the provider takes to answer, so the rest of start-up must not wait for its end. */
    @Test
    void startWhenTheProviderIsCheckedThenTheCheckBeginsBeforeTheGuardIsBuilt() {
        try (RunningApi checked = RunningApi.start(
                Map.of("scope-guard.resources", TenantServer.RESOURCE, "scope-guard.default-audience", "organization"),
                clock,
                GuardedApi.class,
                CheckedProvider.class)) {
            assertThat(checked.get("/organizations/acme/reports", token("acme", "carol"))
                            .status())
                    .isEqualTo(403);
        }
    }

    @Test
    void documentedExampleIsThisProvider() throws IOException {
        String code = Files.readString(EXAMPLE);
        String documentation = Files.readString(DOCUMENTATION);
        StringBuilder shown = new StringBuilder();
        documentation
                .substring(documentation.indexOf("<pre>{@code"), documentation.indexOf(" * }</pre>"))
                .lines()
                .skip(1)
                .forEach(line -> shown.append(line.replaceFirst("^ \\* ?", "")).append('\n'));

        assertThat(code.substring(code.indexOf("// example\n") + "// example\n".length()))
                .isEqualTo(shown.toString());
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnProvider {

        @Bean
        Directory directory(SteadyClock steadyClock) {
            return new Directory(URI.create(keys.endpoint() + "/oidc"), members, steadyClock);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class CheckedProvider {

        @Bean
        Directory directory(SteadyClock steadyClock) {
            CountDownLatch begun = new CountDownLatch(1);
            return new Directory(URI.create(keys.endpoint() + "/oidc"), members, steadyClock) {
                @Override
                public void check(Collection<Audience> audiences) {
                    begun.countDown();
                }

                /** A guard asks for the source of its permissions when it is built. */
                @Override
                public PermissionSource permissions() {
                    try {
                        assertThat(begun.await(Loopback.PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                                .as("the check has begun")
                                .isTrue();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    return super.permissions();
                }
            };
        }
    }
}
