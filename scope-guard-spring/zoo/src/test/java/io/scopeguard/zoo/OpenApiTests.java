package io.scopeguard.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.Decision;
import io.scopeguard.scope.ScopeRequirement.Match;
import io.scopeguard.signal.Problem;
import io.scopeguard.spring.PublicEndpoint;
import io.scopeguard.spring.RequiresRole;
import io.scopeguard.spring.RequiresScopes;
import io.scopeguard.spring.authorization.HandlerRule;
import io.scopeguard.spring.authorization.HandlerRules;
import io.scopeguard.spring.openapi.GuardedOperations;
import io.scopeguard.spring.support.QuickStart;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.token.AccessToken;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springdoc.core.customizers.GlobalOperationCustomizer;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The guard in the OpenAPI document that springdoc serves. */
class OpenApiTests {

    private static final String REPORTS = "/organizations/{organizationId}/reports";
    private static final List<String> SPRINGDOC = List.of(
            "org.springdoc.core.configuration.SpringDocConfiguration",
            "org.springdoc.webmvc.core.configuration.SpringDocWebMvcConfiguration",
            "org.springdoc.webmvc.core.configuration.MultipleOpenApiSupportConfiguration");

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;
    private static JsonNode document;

    @BeforeAll
    static void start() {
        List<String> settings = List.of(
                "springdoc.api-docs.enabled", "true", "scope-guard.unannotated", "deny", "scope-guard.open", "openapi");
        api = RunningApi.start(tenant, clock, settings, Api.class);
        document =
                JsonMapper.shared().readTree(api.getAsStranger("/v3/api-docs").body());
    }

    @AfterAll
    static void stop() {
        api.close();
        tenant.close();
    }

    private static JsonNode operation(String path, String method) {
        JsonNode operation = document.path("paths").path(path).path(method);
        assertThat(operation.isObject()).as(path).isTrue();
        return operation;
    }

    /** Alternatives, each as scheme and scopes. */
    private static String security(JsonNode operation) {
        List<String> alternatives = new ArrayList<>();
        for (JsonNode alternative : operation.required("security")) {
            alternative.properties().forEach(scheme -> {
                List<String> scopes = new ArrayList<>();
                scheme.getValue().forEach(scope -> scopes.add(scope.asString()));
                alternatives.add(scheme.getKey() + scopes);
            });
        }
        return String.join(" | ", alternatives);
    }

    private static List<String> statuses(JsonNode operation) {
        return List.copyOf(operation.path("responses").propertyNames());
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
        /organizations/{organizationId}/reports      ; get    ; organizationToken[read:report]
        /organizations/{organizationId}/all-reports  ; get    ; organizationToken[read:report]
        /organizations/{organizationId}/reports      ; delete ; organizationToken[read:report, delete:report]
        /organizations/{organizationId}/archive      ; get    ; organizationToken[audit:report]
        /organizations/{organizationId}/archive      ; put    ; organizationToken[audit:report]
        /organizations/{organizationId}/either       ; get    ; organizationToken[write:report] | organizationToken[export:report]
        /organizations/{organizationId}/composed     ; get    ; organizationToken[read:report]
        /documents                                   ; get    ; resourceToken[read:document]
        /tier                                        ; get    ; organizationToken[] | resourceToken[]
        """)
    void operationWhenGuardedThenNamesTokenScopesAndRefusals(String path, String method, String security) {
        JsonNode operation = operation(path, method);
        assertThat(security(operation)).isEqualTo(security);
        assertThat(statuses(operation)).contains("200", "401", "403", "503");
        assertThat(operation.at("/responses/200/headers/Scope-Drift/$ref").asString())
                .isEqualTo("#/components/headers/Scope-Drift");
    }

    @Test
    void operationWhenPublicThenNeedsNoTokenAndRefusesInvalidOnes() {
        JsonNode operation = operation("/about", "get");
        assertThat(operation.required("security")).isEmpty();
        assertThat(statuses(operation)).containsExactlyInAnyOrder("200", "401");
    }

    @Test
    void operationWhenUndeclaredAndClosedThenForbidden() {
        assertThat(statuses(operation("/undeclared", "get"))).contains("401", "403");
    }

    @Test
    void operationWhenRolesAreRequiredThenNamesThem() {
        assertThat(operation("/tier", "get").at("/x-required-roles/0").asString())
                .isEqualTo("paid-tier");
    }

    @Test
    void operationWhenTheApplicationDocumentsItThenStays() {
        JsonNode operation = operation("/organizations/{organizationId}/documented", "get");
        assertThat(operation.at("/responses/403/description").asString()).isEqualTo("our own words");
        assertThat(operation.at("/responses/403/headers").has("Scope-Drift")).isTrue();
        assertThat(security(operation)).isEqualTo("ours[]");
    }

    @Test
    void argumentsThatTheGuardResolvesThenHidden() {
        JsonNode parameters = operation(REPORTS, "get").path("parameters");
        assertThat(parameters).hasSize(1);
        assertThat(parameters.get(0).path("name").asString()).isEqualTo("organizationId");
        assertThat(operation(REPORTS, "get").has("requestBody")).isFalse();
        assertThat(document.at("/components/schemas").propertyNames()).doesNotContain("AccessToken", "Decision");
    }

    @Test
    void schemesThenPointToTheProvider() {
        for (String scheme : List.of("organizationToken", "resourceToken")) {
            JsonNode declared = document.at("/components/securitySchemes/" + scheme);
            assertThat(declared.path("type").asString()).isEqualTo("openIdConnect");
            assertThat(declared.path("openIdConnectUrl").asString())
                    .startsWith(tenant.properties()
                            .get("scope-guard.logto.endpoint")
                            .toString())
                    .endsWith("/oidc/.well-known/openid-configuration");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ScopeGuardUnauthorized, WWW-Authenticate",
        "ScopeGuardForbidden, Scope-Drift",
        "ScopeGuardUnavailable, Retry-After"
    })
    void refusalsThenHaveTheProblemBodyAndTheirHeader(String name, String header) {
        JsonNode response = document.at("/components/responses/" + name);
        assertThat(response.at("/content/application~1problem+json/schema/$ref").asString())
                .isEqualTo("#/components/schemas/ScopeGuardProblem");
        assertThat(response.path("headers").propertyNames()).contains(header);
        assertThat(document.at("/components/headers/" + header + "/schema/type").asString())
                .isIn("string", "integer");
    }

    @Test
    void problemThenThatOfThePublishedSchema() throws IOException {
        JsonNode published = JsonMapper.shared()
                .readTree(Files.readString(Path.of("..", "..", "docs", "protocol", "problem.schema.json")));
        JsonNode schema = document.at("/components/schemas/ScopeGuardProblem");
        assertThat(schema.path("properties").propertyNames())
                .containsExactlyElementsOf(published.path("properties").propertyNames());
        assertThat(schema.path("required")).containsExactlyInAnyOrderElementsOf(published.path("required"));
    }

    /** The actual response to a denied request matches the schema. */
    @Test
    void refusalThenFitsTheSchema() {
        JsonNode body = JsonMapper.shared()
                .readTree(api.getAsStranger("/organizations/acme/reports").body());
        JsonNode schema = document.at("/components/schemas/ScopeGuardProblem");
        assertThat(schema.path("type").asString()).isEqualTo("object");
        assertThat(schema.path("properties").propertyNames()).containsAll(body.propertyNames());
        schema.path("required")
                .forEach(member -> assertThat(body.has(member.asString())).isTrue());
        assertThat(schema.at("/properties/type/description").asString()).contains(Problem.TYPE_PREFIX);
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void documentThenOpenByNameOnly(boolean open) {
        application()
                .withPropertyValues(open ? "scope-guard.open=openapi" : "scope-guard.open=static")
                .run(context -> {
                    HandlerRules rules = context.getBean(HandlerRules.class);
                    assertThat(context.getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                                    .getHandlerMethods()
                                    .values())
                            .filteredOn(
                                    handler -> handler.getBeanType().getName().startsWith("org.springdoc."))
                            .isNotEmpty()
                            .allSatisfy(handler -> assertThat(rules.of(handler) instanceof HandlerRule.Open)
                                    .isEqualTo(open));
                    assertThat(context).hasSingleBean(GuardedOperations.class);
                });
    }

    @Test
    void applicationWithoutDocumentThenHasNoCustomizer() {
        application()
                .withPropertyValues("springdoc.api-docs.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(GuardedOperations.class));
        application()
                .withPropertyValues("spring.autoconfigure.exclude=" + String.join(",", SPRINGDOC))
                .withClassLoader(new FilteredClassLoader(GlobalOperationCustomizer.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("guardedOperations"));
    }

    private static WebApplicationContextRunner application() {
        return new WebApplicationContextRunner()
                .withInitializer(new QuickStart())
                .withUserConfiguration(Api.class)
                .withPropertyValues(tenant.properties().entrySet().stream()
                        .map(property -> property.getKey() + "=" + property.getValue())
                        .toArray(String[]::new));
    }

    @RequiresScopes("read:report")
    @Retention(RetentionPolicy.RUNTIME)
    @interface ReadsReports {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Api {

        @RestController
        @RequestMapping("/organizations/{organizationId}")
        static class Reports {

            @RequiresScopes("read:report")
            @GetMapping({"/reports", "/all-reports"})
            String reports(@PathVariable String organizationId, Decision decision, AccessToken token) {
                return "reports of " + organizationId;
            }

            @RequiresScopes({"read:report", "delete:report"})
            @DeleteMapping("/reports")
            String delete() {
                return "deleted";
            }

            @RequiresScopes(
                    value = {"write:report", "export:report"},
                    match = Match.ANY)
            @GetMapping("/either")
            String either() {
                return "either";
            }

            @ReadsReports
            @GetMapping("/composed")
            String composed() {
                return "composed";
            }

            @SecurityRequirement(name = "ours")
            @ApiResponse(responseCode = "403", description = "our own words")
            @RequiresScopes("read:report")
            @GetMapping("/documented")
            String documented() {
                return "documented";
            }
        }

        @RestController
        @RequiresScopes("audit:report")
        static class Archive {

            @RequestMapping(
                    path = "/organizations/{organizationId}/archive",
                    method = {RequestMethod.GET, RequestMethod.PUT})
            String archive() {
                return "archive";
            }
        }

        @RestController
        static class Others {

            @RequiresScopes(value = "read:document", audience = TenantServer.RESOURCE)
            @GetMapping("/documents")
            String documents() {
                return "documents";
            }

            @RequiresRole("paid-tier")
            @GetMapping("/tier")
            String tier() {
                return "tier";
            }

            @PublicEndpoint
            @GetMapping("/about")
            String about() {
                return "about";
            }

            @GetMapping("/undeclared")
            String undeclared() {
                return "undeclared";
            }
        }
    }
}
