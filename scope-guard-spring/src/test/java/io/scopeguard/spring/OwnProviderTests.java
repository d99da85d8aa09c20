package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.Directory;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
    void aTokenIsHeldAgainstTheRolesOfTheProvider() {
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
    void aTokenForAnotherApiIsRefusedInTheReadersWords() {
        Reply reply =
                api.get("/organizations/acme/reports", token("acme", "bob").with("aud", "other"));

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.header("WWW-Authenticate")).contains("The token is for another API: request one for reports.");
    }

    @Test
    void theExampleOfTheDocumentationIsThisProvider() throws IOException {
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
}
