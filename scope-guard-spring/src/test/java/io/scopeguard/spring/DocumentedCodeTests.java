package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.config.Customizer.withDefaults;

import io.scopeguard.logto.Logto;
import io.scopeguard.logto.LogtoTenant;
import io.scopeguard.role.RoleKind;
import io.scopeguard.scope.ScopeRequirement.Match;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.spring.authorization.AuthenticatedOrPublicAuthorizationManager;
import io.scopeguard.spring.authorization.ScopeAuthorizationManagerFactory;
import io.scopeguard.spring.authorization.ScopeChecker;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.stereotype.Service;
import org.springframework.web.bind.annotation.CrossOrigin;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The Java code of the documentation, compiled and run: with errors, preflights and paths other than those shown. */
class DocumentedCodeTests {

    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    /** Code that needs other libraries is compiled in other modules. */
    private static final List<Path> SOURCES = Stream.of(
                    "src/test/java/io/scopeguard/spring/DocumentedCodeTests.java",
                    "src/test/java/io/scopeguard/spring/ReportController.java",
                    "src/test/java/io/scopeguard/spring/StreamTests.java",
                    "client/src/test/java/io/scopeguard/spring/client/ClientDocumentationTests.java",
                    "zoo/src/test/java/io/scopeguard/zoo/ActuatorRecipeTests.java",
                    "zoo/src/test/java/io/scopeguard/zoo/StompRecipe.java",
                    "mcp/src/test/java/io/scopeguard/mcp/reports/ReportServer.java",
                    "test/src/test/java/io/scopeguard/spring/test/OwnDecoderTests.java",
                    "test/src/test/java/io/scopeguard/spring/test/ReportControllerTests.java",
                    "test/src/test/java/io/scopeguard/spring/test/ReportApplicationTests.java",
                    "test/src/test/java/io/scopeguard/spring/test/LivePermissionsTests.java",
                    "test/src/test/java/io/scopeguard/spring/test/LogtoBoxIntegrationTests.java",
                    "test/src/test/java/io/scopeguard/spring/test/LocalDevelopment.java")
            .map(Path::of)
            .toList();

    private static final String ORIGIN = "https://app.example.test";

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;

    private final String acme = TenantServer.newId("acme");
    private final String user = tenant.newUser();

    @BeforeAll
    static void start() {
        api = RunningApi.start(
                tenant,
                clock,
                List.of("logging.level.root", "off", "scope-guard.resources", "https://api.example.com"),
                Api.class,
                ReportController.class,
                RuleChain.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        tenant.close();
    }

    @BeforeEach
    void join() {
        tenant.join(acme, user, "read:report");
        clock.advance(Duration.ofMinutes(1));
    }

    // The documentation and this file contain the same code

    @Test
    void everyJavaBlockOfTheDocumentationIsCompiledHere() throws IOException {
        StringBuilder all = new StringBuilder();
        for (Path source : SOURCES) {
            all.append(Files.readString(source));
        }
        String here = withoutSpace(all.toString());
        List<String> blocks = javaBlocks();
        assertThat(blocks).hasSizeGreaterThan(2);
        for (String block : blocks) {
            // In a list of annotations, each belongs to another handler. Every other block is one piece of code.
            boolean annotations = block.lines().allMatch(line -> line.startsWith("@"));
            List<String> pieces = annotations ? block.lines().toList() : List.of(block);
            for (String piece : pieces) {
                assertThat(here).as(piece).contains(withoutSpace(piece));
            }
        }
    }

    private static List<String> javaBlocks() throws IOException {
        List<String> blocks = new ArrayList<>();
        for (Path page : pages()) {
            Matcher block = JAVA_BLOCK.matcher(Files.readString(page));
            while (block.find()) {
                blocks.add(block.group(1));
            }
        }
        return blocks;
    }

    /** All pages except those whose programs the core's tests run. */
    private static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.walk(Path.of("..", "docs"))) {
            return Stream.concat(Stream.of(Path.of("..", "README.md")), docs)
                    .filter(page -> page.toString().endsWith(".md"))
                    .filter(page -> !page.endsWith("without-spring.md") && !page.endsWith("aws.md"))
                    .toList();
        }
    }

    private static String withoutSpace(String code) {
        return code.replaceAll("//[^\n]*", "").replaceAll("\\s", "");
    }

    // The chain with rules

    @Test
    void getWhenARuleOrAnAnnotationRequiresAScopeThenItIsRequired() {
        String token = tenant.organizationToken(acme, user, "read:report").signed();
        String poor = tenant.organizationToken(acme, user).signed();
        // Guarded by a rule and an annotation, by a rule alone, and by an annotation alone.
        for (String path : List.of("/reports", "/reports/ruled", "/either")) {
            String ofAcme = "/organizations/" + acme + path;
            assertThat(api.get(ofAcme, token).status()).as(path).isEqualTo(200);
            assertThat(api.get(ofAcme, poor).status()).as(path).isEqualTo(403);
            assertThat(api.get("/organizations/globex" + path, token).status())
                    .as(path)
                    .isEqualTo(403);
            assertThat(api.getAsStranger(ofAcme).header("WWW-Authenticate"))
                    .as(path)
                    .startsWith("Bearer resource_metadata=");
        }
    }

    /** The chain covers all paths, so annotated handlers elsewhere accept tokens, too. */
    @Test
    void getWhenTheHandlerIsOnAnotherPathThenGuardedAndReachable() {
        String token = tenant.organizationToken(acme, user, "read:report").signed();

        assertThat(api.get("/own", token).status()).isEqualTo(200);
        assertThat(api.get("/unannotated", token).status()).isEqualTo(200);
        assertThat(api.getAsStranger("/own").status()).isEqualTo(401);
        assertThat(api.getAsStranger("/unannotated").status()).isEqualTo(401);
        assertThat(api.getAsStranger("/open").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"/open/throws,500", "/open/conflict,409", "/open/late,500", "/open/absent/x,401"})
    void getWhenAnOpenHandlerFailsThenTheStatusStays(String path, int status) {
        Reply reply = api.getAsStranger(path);

        assertThat(reply.status()).isEqualTo(status);
    }

    @Test
    void postWhenTheBodyForAnOpenHandlerIsMalformedThenBadRequest() {
        Reply reply = api.send("POST", "/open/json", "{\"name\":", "Content-Type", "application/json");

        assertThat(reply.status()).isEqualTo(400);
        // The application's own error page, not an answer of the guard.
        assertThat(reply.body()).contains("\"path\":\"/open/json\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/organizations/acme/cross", "/organizations/acme/reports/cross"})
    void preflightWhenThereIsNoTokenThenAllowed(String path) {
        Reply preflight = api.send(
                "OPTIONS",
                path,
                null,
                "Origin",
                ORIGIN,
                "Access-Control-Request-Method",
                "GET",
                "Access-Control-Request-Headers",
                "authorization");

        assertThat(preflight.status()).isEqualTo(200);
        assertThat(preflight.header("Access-Control-Allow-Origin")).isEqualTo(ORIGIN);
        Reply refused = api.getAsStranger(path, "Origin", ORIGIN);
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.header("Access-Control-Allow-Origin")).isEqualTo(ORIGIN);
        assertThat(refused.header("Access-Control-Expose-Headers")).contains("WWW-Authenticate");
    }

    @Test
    void getThenNoCookieIsSet() {
        String token = tenant.organizationToken(acme, user, "read:report").signed();

        assertThat(api.getAsStranger("/own").has("Set-Cookie")).isFalse();
        assertThat(api.get("/own", token).has("Set-Cookie")).isFalse();
    }

    // Output

    @Configuration(proxyBeanMethods = false)
    static class RuleChain {

        @Bean
        SecurityFilterChain api(
                HttpSecurity http,
                ScopeAuthorizationManagerFactory scopes,
                AuthenticatedOrPublicAuthorizationManager authenticatedOrPublic) {
            return http.oauth2ResourceServer(resourceServer -> resourceServer.jwt(withDefaults()))
                    .cors(withDefaults())
                    .csrf(AbstractHttpConfigurer::disable)
                    .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                    .authorizeHttpRequests(
                            requests -> requests.requestMatchers("/organizations/{organizationId}/reports/**")
                                    .access(scopes.hasScope("read:report"))
                                    .anyRequest()
                                    .access(authenticatedOrPublic))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Api {

        @RestController
        static class Reports {

            @RequiresScopes(
                    value = {"read:report", "audit:report"},
                    match = Match.ANY)
            @GetMapping("/organizations/{organizationId}/either")
            String either() {
                return "either";
            }

            @RequiresScopes(value = "read:document", audience = "https://api.example.com")
            @GetMapping("/organizations/{organizationId}/documents")
            String documents() {
                return "documents";
            }

            @RequiresScopes(value = "delete:report", maxAge = "0s", whenUnknown = WhenUnknown.DENY)
            @GetMapping("/organizations/{organizationId}/deleted")
            String deleted() {
                return "deleted";
            }

            @RequiresScopes(value = "read:report", organizationFrom = OrganizationSource.TOKEN)
            @GetMapping("/own")
            String own() {
                return "own";
            }

            @RequiresRole("paid-tier")
            @GetMapping("/organizations/{organizationId}/paid")
            String paid() {
                return "paid";
            }

            @RequiresRole(
                    value = {"paid-tier", "gold tier"},
                    match = Match.ANY)
            @GetMapping("/organizations/{organizationId}/paid-or-gold")
            String paidOrGold() {
                return "paid or gold";
            }

            @RequiresRole(value = "billing admin", kind = RoleKind.ORGANIZATION)
            @GetMapping("/organizations/{organizationId}/invoices")
            String invoices() {
                return "invoices";
            }

            @RequiresRole(value = "paid-tier", maxAge = "0s", whenUnknown = WhenUnknown.DENY)
            @GetMapping("/organizations/{organizationId}/paid-now")
            String paidNow() {
                return "paid now";
            }

            @RequiresScopes(
                    value = "read:status",
                    audience = "https://api.example.com",
                    organizationFrom = OrganizationSource.NONE)
            @GetMapping("/status")
            String status() {
                return "status";
            }

            @PublicEndpoint
            @GetMapping("/open")
            String open() {
                return "open";
            }
        }

        @RestController
        static class Others {

            @GetMapping("/organizations/{organizationId}/reports/ruled")
            String ruled() {
                return "ruled";
            }

            @CrossOrigin(ORIGIN)
            @GetMapping({"/organizations/{organizationId}/cross", "/organizations/{organizationId}/reports/cross"})
            String cross() {
                return "cross";
            }

            @GetMapping("/unannotated")
            String unannotated() {
                return "unannotated";
            }

            @PublicEndpoint
            @GetMapping("/open/throws")
            String throwing() {
                throw new IllegalStateException("a fault of the application");
            }

            @PublicEndpoint
            @GetMapping("/open/late")
            Callable<String> late() {
                return this::throwing;
            }

            @PublicEndpoint
            @GetMapping("/open/conflict")
            String conflict() {
                throw new ResponseStatusException(HttpStatus.CONFLICT);
            }

            @PublicEndpoint
            @PostMapping("/open/json")
            String json(@RequestBody Map<String, Object> body) {
                return body.toString();
            }
        }
    }

    /** A second tenant in addition to the one in the properties. */
    static final class Tenants {

        private final String appId = "id";
        private final String appSecret = "secret";

        @Bean
        Logto europe(ProviderListeners listeners, SteadyClock clock) {
            LogtoTenant tenant = new LogtoTenant(URI.create("https://eu.logto.app"));
            return Logto.at(tenant, appId, appSecret)
                    .name("europe")
                    .listener(listeners.calls("europe"))
                    .steadyClock(clock)
                    .build();
        }
    }

    /** Services, GraphQL, messaging and router functions. */
    static final class Archive {

        record Report(String organizationId) {

            Report() {
                this("acme");
            }
        }

        record ReportQuery(String tenant) {}

        @Service
        class ReportArchive {

            @RequiresScopes(value = "delete:report", organization = "#organizationId")
            void wipe(String organizationId) {}

            // SpEL over the arguments
            @RequiresScopes(value = "read:report", organization = "#query.tenant")
            List<Report> find(ReportQuery query) {
                return List.of();
            }

            // the organization that was verified for the current request
            @RequiresScopes(value = "read:report", organization = "requestOrganization")
            Report latest() {
                return new Report();
            }

            @RequiresScopes(value = "read:report", organizationFrom = OrganizationSource.TOKEN)
            List<Report> mine() {
                return List.of();
            }
        }

        @Service
        class ReportShare {

            private final ScopeChecker scopeGuard;

            ReportShare(ScopeChecker scopeGuard) {
                this.scopeGuard = scopeGuard;
            }

            // needs @EnableMethodSecurity
            @PreAuthorize("@scopeGuard.has(#organizationId, 'read:report')")
            public Report open(String organizationId) {
                return new Report();
            }

            void share(Report report) {
                scopeGuard.require(report.organizationId(), "share:report");
            }

            boolean isShareable(Report report) {
                return scopeGuard.has(report.organizationId(), "share:report").isGranted();
            }
        }
    }
}
