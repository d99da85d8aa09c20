package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.MutationMapping;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.graphql.data.method.annotation.SchemaMapping;
import org.springframework.graphql.data.method.annotation.support.AnnotatedControllerConfigurer;
import org.springframework.graphql.execution.DataFetcherExceptionResolver;
import org.springframework.graphql.execution.DefaultExecutionGraphQlService;
import org.springframework.graphql.execution.GraphQlSource;
import org.springframework.graphql.server.WebGraphQlHandler;
import org.springframework.graphql.server.webmvc.GraphQlHttpHandler;
import org.springframework.stereotype.Controller;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/** Fields of a GraphQL API: method security decides about each, and its denials say what would help. */
class GraphQlTests {

    private static final String SCHEMA = """
            type Query { reports(organizationId: ID!): [Report!] open: String own: String }
            type Mutation { wipe(input: Wipe!): String }
            type Report { name: String secret: String }
            input Wipe { organizationId: ID! }
            """;

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;

    private final String acme = TenantServer.newId("acme");
    private String user;

    @BeforeAll
    static void start() {
        api = RunningApi.start(tenant, clock, List.of(), Api.class, Reports.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        tenant.close();
    }

    @BeforeEach
    void newUser() {
        clock.advance(Duration.ofMinutes(1));
        user = tenant.newUser();
        tenant.join(acme, user, "read:report", "delete:report");
    }

    private String query(TestToken token, String query) {
        String body = "{\"query\": \"" + query.replace("\"", "\\\"") + "\"}";
        Reply reply = api.send(
                "POST",
                "/graphql",
                body,
                "Authorization",
                "Bearer " + token.signed(),
                "Content-Type",
                "application/json",
                "Accept",
                "application/json");
        assertThat(reply.status()).isEqualTo(200);
        return reply.body();
    }

    private String reports(String organization) {
        return "{ reports(organizationId: \"" + organization + "\") { name } }";
    }

    @Test
    void queryWhenScopeIsHeldThenAnswered() {
        TestToken token = tenant.organizationToken(acme, user, "read:report");
        assertThat(query(token, reports(acme))).isEqualTo("{\"data\":{\"reports\":[{\"name\":\"annual\"}]}}");
    }

    @Test
    void queryWhenScopeIsMissingThenProblemInExtensions() {
        TestToken token = tenant.organizationToken(acme, user, "delete:report");
        String body = query(token, "{ open reports(organizationId: \"" + acme + "\") { name } }");
        assertThat(body)
                .contains("\"open\":\"open\"")
                .contains("\"reports\":null")
                .contains("\"message\":\"The token lacks scopes that this operation requires.\"")
                .contains("\"classification\":\"FORBIDDEN\"")
                .contains("\"type\":\"urn:problem-type:scope-guard:insufficient-scope\"")
                .contains("\"required_scopes\":[\"read:report\"]");
    }

    @Test
    void queryWhenArgumentIsOtherOrganizationThenDenied() {
        TestToken token = tenant.organizationToken(acme, user, "read:report");
        assertThat(query(token, reports(TenantServer.newId("globex"))))
                .contains("\"reports\":null")
                .contains("organization-mismatch");
    }

    @Test
    void mutationWhenInputNamesOrganizationThenItDecides() {
        String wipe = "mutation { wipe(input: {organizationId: \"" + acme + "\"}) }";
        assertThat(query(tenant.organizationToken(acme, user, "delete:report"), wipe))
                .isEqualTo("{\"data\":{\"wipe\":\"wiped\"}}");
        assertThat(query(tenant.organizationToken(acme, user, "read:report"), wipe))
                .contains("insufficient-scope");
    }

    @Test
    void queryWhenOneFieldOfTypeIsDeniedThenOthersAreAnswered() {
        TestToken token = tenant.organizationToken(acme, user, "read:report");
        String body = query(token, "{ reports(organizationId: \"" + acme + "\") { name secret } }");
        assertThat(body).contains("\"name\":\"annual\",\"secret\":null").contains("insufficient-scope");
    }

    @Test
    void queryWhenAnnotationIsOfClassThenFieldsWithoutOwnAreGuarded() {
        assertThat(query(tenant.organizationToken(acme, user, "invite:member"), "{ own }"))
                .contains("\"own\":null")
                .contains("insufficient-scope");
        assertThat(query(tenant.organizationToken(acme, user, "read:report"), "{ own }"))
                .isEqualTo("{\"data\":{\"own\":\"own\"}}");
    }

    record Report(String name) {}

    record Wipe(String organizationId) {}

    @Controller
    @RequiresScopes(value = "read:report", organizationFromToken = true)
    static class Reports {

        @QueryMapping
        @RequiresScopes(value = "read:report", organization = "#organizationId")
        List<Report> reports(@Argument String organizationId) {
            return List.of(new Report("annual"));
        }

        @QueryMapping
        String own() {
            return "own";
        }

        @MutationMapping
        @RequiresScopes(value = "delete:report", organization = "#input.organizationId")
        String wipe(@Argument Wipe input) {
            return "wiped";
        }

        @SchemaMapping
        @RequiresScopes(value = "export:report", organizationFromToken = true)
        String secret(Report report) {
            return "secret";
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Api {

        @Controller
        static class Open {

            @QueryMapping
            String open() {
                return "open";
            }
        }

        @Bean
        AnnotatedControllerConfigurer controllers() {
            return new AnnotatedControllerConfigurer();
        }

        @Bean
        RouterFunction<ServerResponse> graphQl(
                AnnotatedControllerConfigurer controllers, List<DataFetcherExceptionResolver> resolvers) {
            GraphQlSource source = GraphQlSource.schemaResourceBuilder()
                    .schemaResources(new ByteArrayResource(SCHEMA.getBytes(StandardCharsets.UTF_8)))
                    .configureRuntimeWiring(controllers)
                    .exceptionResolvers(resolvers)
                    .build();
            GraphQlHttpHandler handler =
                    new GraphQlHttpHandler(WebGraphQlHandler.builder(new DefaultExecutionGraphQlService(source))
                            .build());
            return RouterFunctions.route()
                    .POST("/graphql", handler::handleRequest)
                    .build();
        }
    }
}
