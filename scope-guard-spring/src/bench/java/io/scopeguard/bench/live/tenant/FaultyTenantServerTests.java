package io.scopeguard.bench.live.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.bench.live.tenant.Faults.Effect;
import io.scopeguard.scope.Audience;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The tenant answers in Logto's shapes and order, with the configured faults. */
class FaultyTenantServerTests {

    private static final Audience API = Audience.resource("https://api.example.test");
    private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");

    private final Tenant tenant = new Tenant(() -> 0);
    private final FaultyTenantServer server = new FaultyTenantServer(tenant, () -> NOON);
    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeEach
    void populate() {
        tenant.change(() -> {
            tenant.addScopes("editor", Audience.ORGANIZATION, Set.of("write"));
            tenant.addScopes("editor", API, Set.of("edit"));
            tenant.addGlobalScopes("auditor", API, Set.of("audit"));
            IntStream.range(0, 150).forEach(i -> tenant.addMember("acme", user(i), List.of("editor")));
            IntStream.range(0, 5).forEach(i -> tenant.giveGlobalRole(user(i), "auditor"));
        });
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void membersThenListedInPagesNewestFirst() throws Exception {
        HttpResponse<String> first = get("/organizations/acme/users?page=1&page_size=100");

        assertThat(first.headers().firstValue("Total-Number")).contains("150");
        assertThat(first.headers().firstValue("Date")).contains("Sat, 28 Nov 2026 12:00:00 GMT");
        assertThat(json(first)).hasSize(100);
        assertThat(json(first).get(0).get("id").asString()).isEqualTo(user(149));
        assertThat(json(first).get(0).get("organizationRoles").get(0).get("id").asString())
                .isEqualTo("editor");
        assertThat(json(get("/organizations/acme/users?page=2&page_size=100"))).hasSize(50);
        assertThat(json(get("/organizations/acme/users"))).hasSize(20);
        assertThat(json(get("/organizations/acme/users?q=" + user(7) + "&page=1&page_size=100")))
                .hasSize(1);
        assertThat(json(get("/organizations/nowhere/users"))).isEmpty();
    }

    @Test
    void membershipWhenNotAMemberThenExplicit() throws Exception {
        assertThat(get("/organizations/acme/users/nobody/roles").statusCode()).isEqualTo(422);
        assertThat(get("/users/nobody").statusCode()).isEqualTo(404);
        assertThat(json(get("/organizations/acme/users/" + user(0) + "/roles"))).hasSize(1);
    }

    @Test
    void rolesThenContainTheirScopesAndHolders() throws Exception {
        JsonNode role = json(get("/organization-roles?page=1&page_size=100")).get(0);
        JsonNode global = json(get("/roles?page=1&page_size=100")).get(0);
        JsonNode scope = json(get("/roles/auditor/scopes")).get(0);

        assertThat(role.get("scopes").get(0).get("name").asString()).isEqualTo("write");
        assertThat(role.get("resourceScopes").get(0).get("resource").get("name").asString())
                .isEqualTo(API.value());
        assertThat(global.get("usersCount").asInt()).isEqualTo(5);
        assertThat(global.get("featuredUsers")).hasSize(3);
        assertThat(scope.get("resource").get("indicator").asString()).isEqualTo(API.value());
        assertThat(json(get("/roles/auditor/users?page=1&page_size=100"))
                        .get(0)
                        .get("id")
                        .asString())
                .isEqualTo(user(4));
        assertThat(json(get("/users/" + user(0) + "/roles")).get(0).get("id").asString())
                .isEqualTo("auditor");
    }

    @Test
    void getWhenOneKindOfCallFailsThenOtherKindsDoNot() throws Exception {
        server.faults().some(Effect.EMPTY, "members");
        server.faults().some(Effect.FAILED, "roles");

        HttpResponse<String> empty = get("/organizations/acme/users?page=1&page_size=100");

        assertThat(empty.body()).isEqualTo("[]");
        assertThat(empty.headers().firstValue("Total-Number")).contains("0");
        assertThat(get("/roles").statusCode()).isEqualTo(500);
        assertThat(get("/users/" + user(0)).statusCode()).isEqualTo(200);
        assertThat(server.calls().of("members", "roles", "user")).isEqualTo(3);
    }

    @Test
    void timelineWhenTheRoleIsDeletedOrTheUserSuspendedThenTheEntitlementEnds() {
        Timeline own = tenant.timeline(new Entitlement(user(0), "acme", Audience.ORGANIZATION));
        Timeline ofApi = tenant.timeline(new Entitlement(user(0), "acme", API));
        Timeline global = tenant.timeline(new Entitlement(user(0), null, API));
        assertThat(own.held()).containsExactly("write");
        assertThat(ofApi.held()).containsExactlyInAnyOrder("edit", "audit");
        assertThat(global.held()).containsExactly("audit");

        tenant.change(() -> tenant.deleteRole("editor"));
        assertThat(own.held()).isEmpty();
        assertThat(ofApi.held()).containsExactly("audit");

        tenant.change(() -> tenant.suspend(user(0)));
        assertThat(ofApi.held()).isEmpty();
        assertThat(global.held()).isEmpty();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        URI uri = URI.create(server.endpoint() + "/api" + path);
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> response) {
        return JsonMapper.shared().readTree(response.body());
    }

    private static String user(int number) {
        return "user" + (1000 + number);
    }
}
