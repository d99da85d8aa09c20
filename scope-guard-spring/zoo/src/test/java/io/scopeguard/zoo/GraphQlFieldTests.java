package io.scopeguard.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.RequiresScopes;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.zoo.GraphQlClient.Transport;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.BatchMapping;
import org.springframework.graphql.data.method.annotation.MutationMapping;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.graphql.data.method.annotation.SchemaMapping;
import org.springframework.graphql.data.method.annotation.SubscriptionMapping;
import org.springframework.stereotype.Controller;
import reactor.core.publisher.Flux;

/** Every kind of annotated GraphQL method, over each transport, with five kinds of token. */
class GraphQlFieldTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static final Map<String, List<Integer>> table = new LinkedHashMap<>();
    private static RunningApi api;

    private final String acme = TenantServer.newId("acme");
    private final String globex = TenantServer.newId("globex");

    /** The queries. Each field has its own method. */
    private enum Field {
        QUERY("query { den(organizationId: \"%s\") { organizationId } }"),
        MUTATION("mutation { feed(organizationId: \"%s\") }"),
        SUBSCRIPTION("subscription { births(organizationId: \"%s\") }"),
        SCHEMA_MAPPING("query { shelter(organizationId: \"%s\") { food } }"),
        BATCH_MAPPING("query { shelter(organizationId: \"%s\") { guests } }");

        private final String document;

        Field(String document) {
            this.document = document;
        }
    }

    @BeforeAll
    static void start() {
        api = RunningApi.start(tenant, clock, List.of("spring.graphql.websocket.path", "/graphql-ws"), Burrow.class);
    }

    @AfterAll
    static void stop() {
        System.out.println("| GraphQL method | no token | other organization | no scope | suspended | right |");
        System.out.println("|---|---|---|---|---|---|");
        table.forEach((row, answers) -> System.out.println(
                "| " + row + answers.stream().map(String::valueOf).collect(Collectors.joining(" | ", " | ", " |"))));
        api.close();
        tenant.close();
    }

    @BeforeEach
    void older() {
        clock.advance(Duration.ofMinutes(1));
        Keepers.handled.set(0);
    }

    static Stream<Arguments> fields() {
        return Stream.of(Field.values())
                .flatMap(field -> Stream.of(Transport.values())
                        .filter(transport -> transport.carries(field == Field.SUBSCRIPTION))
                        .map(transport -> Arguments.of(field, transport)));
    }

    @ParameterizedTest
    @MethodSource("fields")
    void requestThenEachTokenIsDecidedByTheMethodsAnnotation(Field field, Transport transport) throws Exception {
        String suspended = token(acme, "read:report");
        tenant.suspend(TOKENS.get(suspended));
        List<Integer> answers = List.of(
                ask(transport, field, null),
                ask(transport, field, token(globex, "read:report")),
                ask(transport, field, token(acme, "write:report")),
                ask(transport, field, suspended));
        assertThat(Keepers.handled).as("methods that were called").hasValue(0);
        int right = ask(transport, field, token(acme, "read:report"));
        table.put(
                field + " over " + transport,
                Stream.concat(answers.stream(), Stream.of(right)).toList());

        assertThat(answers).containsExactly(401, 403, 403, 401);
        assertThat(right).isEqualTo(200);
        assertThat(Keepers.handled).hasValue(1);
    }

    /** A connection stays open longer than its user's right. */
    @ParameterizedTest
    @EnumSource(Field.class)
    void requestWhenTheUserLosesItDuringTheConnectionThenDenied(Field field) throws Exception {
        String token = token(acme, "read:report");
        try (GraphQlClient connection = GraphQlClient.connect(api, token)) {
            assertThat(connection.ask(document(field))).isEqualTo(200);
            tenant.join(acme, TOKENS.get(token), "write:report");
            clock.advance(Duration.ofMinutes(1));
            assertThat(connection.ask(document(field))).isEqualTo(403);
            tenant.suspend(TOKENS.get(token));
            clock.advance(Duration.ofMinutes(1));
            // The guard ends the connection at about the same time.
            assertThat(connection.ask(document(field))).isIn(401, 403, GraphQlClient.CLOSED);
        }
        assertThat(Keepers.handled).hasValue(1);
    }

    private int ask(Transport transport, Field field, @Nullable String token) throws InterruptedException {
        return GraphQlClient.ask(api, transport, document(field), token);
    }

    private String document(Field field) {
        return field.document.formatted(acme);
    }

    /** The user of each token. */
    private static final Map<String, String> TOKENS = new LinkedHashMap<>();

    private String token(String organization, String... scopes) {
        clock.advance(Duration.ofSeconds(1));
        String user = tenant.newUser();
        tenant.join(organization, user, scopes);
        String token = tenant.organizationToken(organization, user, scopes).signed();
        TOKENS.put(token, user);
        return token;
    }

    record Den(String organizationId) {}

    @Controller
    static class Keepers {

        static final AtomicInteger handled = new AtomicInteger();

        @RequiresScopes(value = "read:report", organization = "#organizationId")
        @QueryMapping
        Den den(@Argument String organizationId) {
            handled.incrementAndGet();
            return new Den(organizationId);
        }

        /** Open to every token, so that only its fields decide. */
        @QueryMapping
        Den shelter(@Argument String organizationId) {
            return new Den(organizationId);
        }

        @RequiresScopes(value = "read:report", organization = "#organizationId")
        @MutationMapping
        String feed(@Argument String organizationId) {
            handled.incrementAndGet();
            return "fed";
        }

        @RequiresScopes(value = "read:report", organization = "#organizationId")
        @SubscriptionMapping
        Flux<String> births(@Argument String organizationId) {
            handled.incrementAndGet();
            return Flux.just("cub");
        }

        @RequiresScopes(value = "read:report", organization = "#den.organizationId")
        @SchemaMapping(typeName = "Den")
        String food(Den den) {
            handled.incrementAndGet();
            return "hay";
        }

        @RequiresScopes(value = "read:report", organization = "#dens[0].organizationId")
        @BatchMapping(typeName = "Den")
        List<String> guests(List<Den> dens) {
            handled.incrementAndGet();
            return dens.stream().map(den -> "owl").toList();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Keepers.class)
    static class Burrow {}
}
