package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.config.Customizer.withDefaults;

import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.spring.authorization.ScopeAuthorizationManagerFactory;
import io.scopeguard.spring.security.ScopeGuardHttpConfigurer;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.convert.converter.Converter;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The guard beside the application's own chains and beans, and in them. */
class SecurityChainTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi mixed;
    private static RunningApi stock;

    private final String acme = TenantServer.newId("acme");
    private final String globex = TenantServer.newId("globex");
    private final String user = tenant.newUser();

    @BeforeAll
    static void start() {
        mixed = RunningApi.start(tenant, clock, List.of(), Mixed.class);
        stock = RunningApi.start(tenant, clock, List.of("scope-guard.authorities", "token"), Stock.class);
    }

    @AfterAll
    static void stop() {
        mixed.close();
        stock.close();
        tenant.close();
    }

    @BeforeEach
    void older() {
        clock.advance(Duration.ofMinutes(1));
        tenant.join(acme, user, "read:report");
    }

    private TestToken token() {
        return tenant.organizationToken(acme, user, "read:report", "gone:report");
    }

    @Test
    void getWhenARuleOfAChainRequiresAScopeThenItIsRequiredAndSignalled() {
        assertThat(mixed.get("/api/organizations/" + acme + "/ruled", token()).body())
                .isEqualTo("ruled");
        assertThat(mixed.get("/api/organizations/" + acme + "/ruled", token()).header("Scope-Drift"))
                .contains("demoted=(\"gone:report\")");
        assertThat(mixed.get("/api/organizations/" + globex + "/ruled", token()).body())
                .contains("organization-mismatch");
        Reply refused =
                mixed.get("/api/organizations/" + acme + "/ruled", tenant.organizationToken(acme, user, "gone:report"));
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.header("WWW-Authenticate")).contains("insufficient_scope", "scope=\"read:report\"");
        assertThat(refused.header("Scope-Drift")).contains("promoted=(\"read:report\")");
        assertThat(mixed.getAsStranger("/api/organizations/" + acme + "/ruled").header("WWW-Authenticate"))
                .startsWith("Bearer resource_metadata=");
    }

    @Test
    void getWhenARuleTakesTheOrganizationFromTheTokenThenTheTokenNamesIt() {
        assertThat(mixed.get("/api/own", token()).body()).isEqualTo("own");
        tenant.grant(user, "read:document");
        assertThat(mixed.get("/api/own", tenant.resourceToken(user, "read:document"))
                        .body())
                .contains("organization-mismatch");
        // Nothing names an organization, and the rule does not take it from the token.
        assertThat(mixed.get("/api/unplaced", token()).body()).contains("The request names no organization.");
    }

    @Test
    void getWhenTheChainIsTheApplicationsThenAnnotationsAreEnforced() {
        assertThat(mixed.get("/api/organizations/" + acme + "/annotated", token())
                        .body())
                .isEqualTo("annotated");
        assertThat(mixed.get("/api/organizations/" + globex + "/annotated", token())
                        .status())
                .isEqualTo(403);
    }

    @Test
    void getWhenTheChainDoesNotUseTheGuardThenItIsUnchanged() {
        Reply stranger = mixed.getAsStranger("/site/page", "Origin", "https://app.example.test");
        assertThat(stranger.status()).isEqualTo(401);
        assertThat(stranger.header("WWW-Authenticate")).startsWith("Basic realm=");
        assertThat(stranger.has("Access-Control-Expose-Headers")).isFalse();
        Reply reply = mixed.getAsStranger("/site/page", "Authorization", "Basic YWRtaW46YWRtaW4=");
        assertThat(reply.body()).isEqualTo("page of admin");
        assertThat(reply.has("Scope-Drift")).isFalse();
        // A bearer token is ignored there.
        assertThat(mixed.get("/site/page", token()).status()).isEqualTo(401);
    }

    /** Another kind of authentication has no token that could meet a requirement. */
    @Test
    void getWhenTheHandlerIsAnnotatedAndTheChainHasNoTokensThenUnauthorized() {
        Reply reply = mixed.getAsStranger("/site/annotated", "Authorization", "Basic YWRtaW46YWRtaW4=");
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.body()).contains("missing-token");
    }

    @Test
    void getWhenTheChainRemovesTheGuardThenThereAreNoSignals() {
        Reply stranger = mixed.getAsStranger("/plain/page");
        assertThat(stranger.status()).isEqualTo(401);
        assertThat(stranger.header("WWW-Authenticate")).startsWith("Bearer");
        assertThat(stranger.header("Content-Type")).isEmpty();
        assertThat(mixed.get("/plain/page", token()).has("Scope-Drift")).isFalse();
    }

    @Test
    void getWhenTheChainWritesNoHeadersThenHinted() {
        Reply reply = mixed.get("/bare/page", token());
        assertThat(reply.header("Scope-Drift")).contains("demoted=(\"gone:report\")");
        assertThat(reply.header("Cache-Control")).isEqualTo("no-store");
        assertThat(reply.has("X-Content-Type-Options")).isFalse();
    }

    @Test
    void getWhenAuthoritiesAreOffAndARuleRequiresOneThenForbiddenWithTheReason() {
        TestToken token = token();
        Reply reply = mixed.get("/api/organizations/" + acme + "/authorities", token);
        assertThat(reply.body()).doesNotContain("SCOPE_").startsWith(user);
        String why =
                "A rule of this API requires the authority SCOPE_read:report. Access tokens do not provide authorities,"
                        + " which would hold in every organization and ignore live permissions. The API can use @RequiresScopes or"
                        + " ScopeAuthorizationManagerFactory.hasScope with 'read:report', or @scopeGuard.has(#organizationId,"
                        + " 'read:report') in @PreAuthorize, or set scope-guard.authorities=token.";
        assertThat(mixed.get("/api/organizations/" + acme + "/pre", token)).hasToString("""
                403
                WWW-Authenticate: Bearer error="insufficient_scope", error_description="%s", \
                resource_metadata="{api}/.well-known/oauth-protected-resource"
                Content-Type: application/problem+json;charset=UTF-8
                Scope-Drift: action=refresh, demoted=("gone:report"), organization="%s", token="%s", as-of=%d, after=2
                Cache-Control: no-store

                {"type":"urn:problem-type:scope-guard:access-denied","title":"Access denied","status":403,\
                "detail":"%s","action":"none"}""".formatted(
                        why, acme, token.fingerprint(), clock.instant().getEpochSecond(), why));
    }

    @Test
    void getWhenAuthoritiesAreOnThenTheTokensScopesAreAuthorities() {
        assertThat(stock.get("/authorities", token()).body()).contains("SCOPE_read:report", user);
        assertThat(stock.get("/pre", token()).body()).isEqualTo("pre");
    }

    @Test
    void getWhenTheApplicationHasItsOwnBeansThenTheyAreUsed() {
        try (RunningApi own = RunningApi.start(tenant, clock, List.of(), OwnBeans.class)) {
            // Its resolver reads another header, its decoder accepts anything, and its converter creates a role.
            assertThat(own.getAsStranger("/who", "X-Token", "whatever").body())
                    .startsWith("anybody [")
                    .contains("ROLE_OWN");
            // A token that the guard has not verified meets no requirement.
            assertThat(own.getAsStranger("/organizations/acme/annotated", "X-Token", "whatever")
                            .status())
                    .isEqualTo(401);
        }
    }

    /** A token that only the application's decoder verified opens nothing that is closed to those of the guard. */
    @Test
    void getWhenAnotherDecoderVerifiedTheTokenThenClosedHandlersStayClosed() {
        String[] token = {"X-Token", "whatever"};
        List<String> closed = List.of("scope-guard.unannotated", "deny", "logging.level.root", "error");
        try (RunningApi own = RunningApi.start(tenant, clock, closed, OwnBeans.class, OtherServlet.class)) {
            assertThat(own.getAsStranger("/who", token).body()).contains("undeclared");
            assertThat(own.getAsStranger("/who").body()).contains("missing-token");
            assertThat(own.getAsStranger("/jobs", token).body()).contains("undeclared");
        }
    }

    /** Challenges point to the metadata, also where the application's chains are for other paths. */
    @Test
    void metadataWhenTheChainsAreForOtherPathsThenOk() {
        Reply metadata = mixed.getAsStranger("/.well-known/oauth-protected-resource");

        assertThat(metadata.status()).isEqualTo(200);
        assertThat(metadata.body()).contains("\"authorization_servers\"");
    }

    /** The application's own converter may convert a token that the guard verified to any authentication. */
    @ParameterizedTest
    @ValueSource(classes = {OwnAuthentication.class, ForgetfulAuthentication.class})
    void getWhenAConverterReplacesTheAuthenticationThenTheTokenStaysBoundToItsOrganization(Class<?> application) {
        try (RunningApi own = RunningApi.start(tenant, clock, List.of(), application)) {
            assertThat(own.get("/organizations/" + acme + "/annotated", token()).status())
                    .isEqualTo(200);
            assertThat(own.get("/organizations/" + acme + "/anything", token()).status())
                    .isEqualTo(200);
            assertThat(own.get("/organizations/" + globex + "/annotated", token())
                            .status())
                    .isEqualTo(403);
            assertThat(own.get("/organizations/" + globex + "/anything", token())
                            .status())
                    .isEqualTo(403);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EnableMethodSecurity
    static class Mixed {

        @Bean
        @Order(1)
        SecurityFilterChain api(HttpSecurity http, ScopeAuthorizationManagerFactory scopes) {
            ScopeRequirement read = ScopeRequirement.allOf(Audience.ORGANIZATION, Scopes.of("read:report"));
            return http.securityMatcher("/api/**")
                    .authorizeHttpRequests(
                            requests -> requests.requestMatchers("/api/organizations/{organizationId}/ruled")
                                    .access(scopes.hasScope("read:report"))
                                    .requestMatchers("/api/own")
                                    .access(scopes.inTokensOrganization(read))
                                    .requestMatchers("/api/unplaced")
                                    .access(scopes.hasScope("read:report"))
                                    .anyRequest()
                                    .authenticated())
                    .oauth2ResourceServer(resourceServer -> resourceServer.jwt(withDefaults()))
                    .build();
        }

        @Bean
        @Order(2)
        SecurityFilterChain plain(HttpSecurity http) {
            return http.securityMatcher("/plain/**")
                    .with(new ScopeGuardHttpConfigurer(), AbstractHttpConfigurer::disable)
                    .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .oauth2ResourceServer(resourceServer -> resourceServer.jwt(withDefaults()))
                    .build();
        }

        @Bean
        @Order(3)
        SecurityFilterChain bare(HttpSecurity http) {
            return http.securityMatcher("/bare/**")
                    .headers(AbstractHttpConfigurer::disable)
                    .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .oauth2ResourceServer(resourceServer -> resourceServer.jwt(withDefaults()))
                    .build();
        }

        @Bean
        @Order(4)
        SecurityFilterChain site(HttpSecurity http) {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .formLogin(withDefaults())
                    .httpBasic(withDefaults())
                    .exceptionHandling(withDefaults())
                    .build();
        }

        @Bean
        UserDetailsService users() {
            return new InMemoryUserDetailsManager(
                    User.withUsername("admin").password("{noop}admin").build());
        }

        @RestController
        static class Handlers {

            @GetMapping("/api/organizations/{organizationId}/ruled")
            String ruled() {
                return "ruled";
            }

            @GetMapping("/api/own")
            String own() {
                return "own";
            }

            @GetMapping("/api/unplaced")
            String unplaced() {
                return "unplaced";
            }

            @RequiresScopes("read:report")
            @GetMapping("/api/organizations/{organizationId}/annotated")
            String annotated() {
                return "annotated";
            }

            @RequiresScopes(value = "read:document", audience = TenantServer.RESOURCE)
            @GetMapping("/site/annotated")
            String annotatedSite() {
                return "annotated";
            }

            @GetMapping("/site/page")
            String page(Authentication who) {
                return "page of " + who.getName();
            }

            @GetMapping({"/plain/page", "/bare/page"})
            String plain() {
                return "plain";
            }

            @GetMapping("/api/organizations/{organizationId}/authorities")
            String authorities(@AuthenticationPrincipal Jwt jwt, Authentication who) {
                return jwt.getSubject() + " " + who.getAuthorities();
            }

            @PreAuthorize("hasAuthority('SCOPE_read:report')")
            @GetMapping("/api/organizations/{organizationId}/pre")
            public String pre() {
                return "pre";
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EnableMethodSecurity
    static class Stock {

        @RestController
        static class Handlers {

            @GetMapping("/authorities")
            String authorities(@AuthenticationPrincipal Jwt jwt, Authentication who) {
                return jwt.getSubject() + " " + who.getAuthorities();
            }

            @PreAuthorize("hasAuthority('SCOPE_read:report')")
            @GetMapping("/pre")
            public String pre() {
                return "pre";
            }
        }
    }

    @RestController
    static class Annotated {

        @RequiresScopes("read:report")
        @GetMapping("/organizations/{organizationId}/annotated")
        String annotated() {
            return "annotated";
        }

        @GetMapping("/organizations/{organizationId}/anything")
        String anything() {
            return "anything";
        }

        @GetMapping("/who")
        String who(Authentication who) {
            return who.getName() + " " + who.getAuthorities();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class OwnBeans {

        @Bean
        Annotated annotated() {
            return new Annotated();
        }

        @Bean
        BearerTokenResolver resolver() {
            return request -> request.getHeader("X-Token");
        }

        @Bean
        JwtDecoder decoder() {
            return token -> Jwt.withTokenValue(token)
                    .header("alg", "none")
                    .subject("anybody")
                    .issuedAt(Instant.EPOCH)
                    .build();
        }

        @Bean
        JwtAuthenticationConverter converter() {
            JwtAuthenticationConverter converter = new JwtAuthenticationConverter();
            converter.setJwtGrantedAuthoritiesConverter(jwt -> AuthorityUtils.createAuthorityList("ROLE_OWN"));
            return converter;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OtherServlet {

        @Bean
        ServletRegistrationBean<HttpServlet> jobs() {
            HttpServlet servlet = new HttpServlet() {
                @Override
                protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
                    response.getWriter().write("jobs");
                }
            };
            return new ServletRegistrationBean<>(servlet, "/jobs");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class OwnAuthentication {

        @Bean
        Annotated annotated() {
            return new Annotated();
        }

        @Bean
        SecurityFilterChain chain(HttpSecurity http) {
            Converter<Jwt, AbstractAuthenticationToken> converter = jwt ->
                    new UsernamePasswordAuthenticationToken(jwt, null, AuthorityUtils.createAuthorityList("ROLE_OWN"));
            return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .oauth2ResourceServer(
                            resourceServer -> resourceServer.jwt(jwt -> jwt.jwtAuthenticationConverter(converter)))
                    .build();
        }
    }

    /** Creates an authentication without the token. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class ForgetfulAuthentication {

        @Bean
        Annotated annotated() {
            return new Annotated();
        }

        @Bean
        SecurityFilterChain chain(HttpSecurity http) {
            Converter<Jwt, AbstractAuthenticationToken> converter = jwt -> new UsernamePasswordAuthenticationToken(
                    jwt.getSubject(), null, AuthorityUtils.createAuthorityList("ROLE_OWN"));
            return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .oauth2ResourceServer(
                            resourceServer -> resourceServer.jwt(jwt -> jwt.jwtAuthenticationConverter(converter)))
                    .build();
        }
    }
}
