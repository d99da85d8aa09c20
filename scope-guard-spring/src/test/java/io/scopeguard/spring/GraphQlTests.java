package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.BatchMapping;
import org.springframework.graphql.data.method.annotation.MutationMapping;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.graphql.data.method.annotation.SchemaMapping;
import org.springframework.graphql.data.method.annotation.support.AnnotatedControllerConfigurer;
import org.springframework.graphql.execution.DataFetcherExceptionResolver;
import org.springframework.graphql.execution.DefaultBatchLoaderRegistry;
import org.springframework.graphql.execution.DefaultExecutionGraphQlService;
import org.springframework.graphql.execution.GraphQlSource;
import org.springframework.graphql.server.WebGraphQlHandler;
import org.springframework.graphql.server.webmvc.GraphQlHttpHandler;
import org.springframework.stereotype.Controller;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/** Fields of a GraphQL API: method security decides about each, and its denials name the remedy. */
class GraphQlTests {

    private static final String SCHEMA = """
            type Query { reports(organizationId: ID!): [Report!] open: String own: String }
            type Mutation { wipe(input: Wipe!): String }
            type Report { name: String secret: String author: String }
            input Wipe { organizationId: ID! }
            """;

    private static final Pattern PROBLEM = Pattern.compile("urn:problem-type:scope-guard:([a-z-]+)");

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
        Reply reply = post(query, "Authorization", "Bearer " + token.signed());
        assertThat(reply.status()).isEqualTo(200);
        return reply.body();
    }

    private Reply post(String query, String... credentials) {
        String body = "{\"query\": \"" + query.replace("\"", "\\\"") + "\"}";
        List<String> headers =
                new ArrayList<>(List.of("Content-Type", "application/json", "Accept", "application/json"));
        headers.addAll(List.of(credentials));
        return api.send("POST", "/graphql", body, headers.toArray(String[]::new));
    }

    private String reports(String organization) {
        return "{ reports(organizationId: \"" + organization + "\") { name } }";
    }

    /** If the organization is the token's, a token of another organization is accepted for that one. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "query        | { reports(organizationId: \"acme\") { name } }            | organization-mismatch",
                "mutation     | mutation { wipe(input: {organizationId: \"acme\"}) }      | organization-mismatch",
                "field        | { reports(organizationId: \"acme\") { secret } }          | organization-mismatch",
                "batch        | { reports(organizationId: \"acme\") { author } }          | organization-mismatch",
                "of its class | { own }                                                   | ''"
            })
    void fieldThenEachTokenIsDecidedByItsAnnotation(String kind, String document, String otherOrganization) {
        String query = document.replace("acme", acme);
        String globex = TenantServer.newId("globex");
        String[] all = {"read:report", "delete:report", "export:report"};
        tenant.join(acme, user, all);
        String visitor = tenant.newUser();
        tenant.join(globex, visitor, all);
        String suspended = tenant.newUser();
        tenant.join(acme, suspended, all);
        tenant.suspend(suspended);

        assertThat(post(query).status()).as(kind).isEqualTo(401);
        assertThat(problem(query(tenant.organizationToken(globex, visitor, all), query)))
                .isEqualTo(otherOrganization);
        assertThat(problem(query(tenant.organizationToken(acme, user, "invite:member"), query)))
                .isEqualTo("insufficient-scope");
        assertThat(post(
                                query,
                                "Authorization",
                                "Bearer "
                                        + tenant.organizationToken(acme, suspended, all)
                                                .signed())
                        .status())
                .isEqualTo(401);
        assertThat(problem(query(tenant.organizationToken(acme, user, all), query)))
                .isEmpty();
    }

    /** The problem type of a response with errors. */
    private static String problem(String answer) {
        Matcher type = PROBLEM.matcher(answer);
        return type.find() ? type.group(1) : answer.replaceFirst("^\\{\"data\".*", "");
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
    @RequiresScopes(value = "read:report", organizationFrom = OrganizationSource.TOKEN)
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
        @RequiresScopes(value = "export:report", organizationFrom = OrganizationSource.TOKEN)
        String secret(Report report) {
            return "secret";
        }

        @BatchMapping
        @RequiresScopes(value = "read:report", organizationFrom = OrganizationSource.TOKEN)
        List<String> author(List<Report> reports) {
            return reports.stream().map(report -> "alice").toList();
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
        DefaultBatchLoaderRegistry batchLoaders() {
            return new DefaultBatchLoaderRegistry();
        }

        @Bean
        RouterFunction<ServerResponse> graphQl(
                AnnotatedControllerConfigurer controllers,
                DefaultBatchLoaderRegistry batchLoaders,
                List<DataFetcherExceptionResolver> resolvers) {
            GraphQlSource source = GraphQlSource.schemaResourceBuilder()
                    .schemaResources(new ByteArrayResource(SCHEMA.getBytes(StandardCharsets.UTF_8)))
                    .configureRuntimeWiring(controllers)
                    .exceptionResolvers(resolvers)
                    .build();
            DefaultExecutionGraphQlService service = new DefaultExecutionGraphQlService(source);
            service.addDataLoaderRegistrar(batchLoaders);
            GraphQlHttpHandler handler =
                    new GraphQlHttpHandler(WebGraphQlHandler.builder(service).build());
            return RouterFunctions.route()
                    .POST("/graphql", handler::handleRequest)
                    .build();
        }
    }
}
