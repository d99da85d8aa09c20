package io.scopeguard.logtobox;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The recorded exchanges with the Management API, replayed against the box. */
class RecordedManagementTests {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Set<String> TIMES = Set.of("createdAt", "updatedAt", "lastSignInAt");
    private static final Set<String> INCIDENTAL =
            Set.of("applicationId", "customClientMetadata", "usersCount", "featuredUsers");

    private static final MovableClock CLOCK = MovableClock.atNoon();
    private static LogtoBox box;
    private static Directory directory;
    private static Tenant tenant;
    private static Management management;

    @BeforeAll
    static void start() {
        box = LogtoBox.builder().port(0).clock(CLOCK).start();
        directory = box.directory();
        directory.principalRoles().add("carol", List.of("auditor"));
        // The recorded tenant has no shop.
        directory.deleteApplication("demo-shop");
        directory.deleteRole("paid-tier");
        tenant = new Tenant(box);
        management = new Management(box.endpoint());
    }

    @AfterAll
    static void stop() {
        box.close();
    }

    private static Recorded recorded(String path, Map<String, String> names) {
        return Recorded.of(path, box.endpoint().toString(), names);
    }

    private static void assertSame(String path, Map<String, String> names) {
        Recorded recorded = recorded(path, names);
        Answer answer =
                management.send(recorded.method(), recorded.path().replaceFirst("^/api", ""), recorded.requestBody());
        assertThat(answer.status()).as(answer.text()).isEqualTo(recorded.status());
        assertThat(answer.header("content-type")).isEqualToIgnoringWhitespace(recorded.responseHeader("content-type"));
        assertThat(answer.header("total-number")).isEqualTo(recorded.responseHeader("total-number"));
        assertThat(answer.header("link")).isEqualTo(recorded.responseHeader("link"));
        assertThat(answer.header("etag").isEmpty())
                .isEqualTo(recorded.responseHeader("etag").isEmpty());
        if (recorded.body().isContainer()) {
            assertThat(comparable(answer.json()).toString())
                    .isEqualTo(comparable(recorded.body()).toString());
        }
    }

    /** Compares without times and without the order of lists, which Logto does not define, but with the order of members. */
    private static JsonNode comparable(JsonNode node) {
        if (node instanceof ArrayNode array) {
            List<String> elements = new ArrayList<>();
            array.forEach(element -> elements.add(comparable(element).toString()));
            ArrayNode sorted = JSON.createArrayNode();
            elements.stream().sorted().forEach(element -> sorted.add(JSON.readTree(element)));
            return sorted;
        }
        if (node instanceof ObjectNode object) {
            ObjectNode copy = JSON.createObjectNode();
            object.properties()
                    .forEach(member -> copy.set(
                            member.getKey(),
                            TIMES.contains(member.getKey()) || INCIDENTAL.contains(member.getKey())
                                    ? JSON.nullNode()
                                    : comparable(member.getValue())));
            return copy;
        }
        return node;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application-organizations.agent",
                "application-roles.agent",
                "org-application-roles.acme-agent",
                "org-applications.acme",
                "org-user-roles.alice-acme",
                "org-user-roles.alice-acme.paged",
                "org-user-scopes.alice-acme-admin",
                "org-user-scopes.bob-acme-member",
                "org-users.acme",
                "org-users.acme.paged",
                "org-users.acme.search",
                "organization-role-resource-scopes.admin",
                "organization-role-resource-scopes.member",
                "organization-role-scopes.admin",
                "organization-role-scopes.agent",
                "organization-role-scopes.member",
                "organization-role.admin",
                "organization-role.agent",
                "organization-role.member",
                "organization-roles",
                "organization-roles.paged",
                "organization-scope.one",
                "organization-scopes",
                "organization.acme",
                "organizations",
                "organizations.featured",
                "resource-scopes",
                "resource.one",
                "resources",
                "resources.include-scopes",
                "role-applications.service",
                "role-scopes.auditor",
                "role-users.auditor",
                "role.auditor",
                "roles",
                "roles.user-type",
                "user-organizations.alice",
                "user-roles.alice-none",
                "user-roles.carol",
                "user.alice",
                "users",
                "users.paged"
            })
    void getThenAsRecorded(String name) {
        assertSame("management-api/" + name, Map.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org-application-roles.non-member-app",
                "org-user-roles.non-member",
                "org-user-roles.put.bad-body",
                "org-user-roles.put.m2m-role-to-user",
                "org-user-roles.put.non-member",
                "org-user-roles.put.unknown-role",
                "org-user-roles.unknown-user",
                "org-user-scopes.non-member",
                "org-user-scopes.unknown-org",
                "org-user-scopes.unknown-user",
                "org-users.unknown-org",
                "organization-role-resource-scopes.unknown-role",
                "organization-role-scopes.unknown-role",
                "organization-role.unknown",
                "organization.unknown",
                "pagination.bad-page",
                "resource-scopes.unknown-resource",
                "resource.unknown",
                "role-scopes.unknown-role",
                "role.unknown",
                "route.unknown",
                "user-organizations.unknown-user",
                "user-roles.unknown-user",
                "user.unknown"
            })
    void requestWhenItIsInvalidThenTheErrorIsAsRecorded(String name) {
        assertSame("errors/" + name, Map.of());
    }

    @Test
    void assignWhenRolesChangeThenReadsShowItAtOnce() {
        String bob = tenant.member("acme", "member");
        Map<String, String> names = Map.of("/users/bob", "/users/" + bob);
        assertSame("management-api/mutation.org-user-roles.post", names);
        assertSame("management-api/mutation.org-user-roles.post-duplicate", names);
        assertSame("management-api/read-after-write.org-user-scopes.bob", names);
        assertSame("management-api/mutation.org-user-roles.delete", names);
        assertSame("management-api/mutation.org-user-roles.delete-absent", names);
        assertSame("management-api/read-after-write.org-user-scopes.bob-2", names);
        assertSame("management-api/mutation.org-user-roles.put", names);
        assertSame("management-api/mutation.org-user-roles.put-by-name", names);
        directory.deleteUser(bob);
    }

    @Test
    void getWhenAMemberHasNoRoleThenAsRecorded() {
        String dave = tenant.member("acme");
        Map<String, String> names = Map.of("fkovb608mark", dave);
        assertSame("management-api/org-user-roles.member-without-role", names);
        assertSame("management-api/org-user-scopes.member-without-role", names);
        assertSame("management-api/mutation.org-user.delete", names);
        directory.deleteUser(dave);
    }

    @Test
    void suspendWhenAMemberHasRolesThenTheyStay() {
        String user = tenant.member("acme", "member");
        Map<String, String> suspended = Map.of(
                "fkovb608mark",
                user,
                "\"dave\"",
                "\"" + user + "\"",
                "\"Dave\"",
                "\"" + user + "\"",
                "\"primaryEmail\": null",
                "\"primaryEmail\": \"" + user + "@example.test\"",
                "\"primaryEmail\":null",
                "\"primaryEmail\":\"" + user + "@example.test\"");
        assertSame("management-api/mutation.user-suspend", suspended);
        assertSame("management-api/org-user-roles.suspended-member", Map.of("/users/bob", "/users/" + user));
        assertSame("management-api/mutation.user-unsuspend", suspended);
        directory.deleteUser(user);
    }

    @Test
    void createSubjectTokenThenItsFormIsAsRecorded() {
        Recorded recorded = recorded("management-api/subject-tokens.create", Map.of());
        Answer answer = management.send("POST", "/subject-tokens", recorded.requestBody());
        assertThat(answer.status()).isEqualTo(recorded.status());
        assertThat(Recorded.names(answer.json())).isEqualTo(Recorded.names(recorded.body()));
        assertThat(answer.string("subjectToken"))
                .hasSameSizeAs(recorded.body().path("subjectToken").asString())
                .startsWith("sub_");
    }

    @Test
    void listWhenNoPageIsRequestedThenSomeListsEndAfterTwenty() {
        try (Many many = new Many()) {
            assertRows("/roles", 20);
            assertRows("/users/alice/roles", 20);
            assertRows("/resources/example-api/scopes", 20);
            assertRows("/organization-scopes", 25);
            assertRows("/organization-roles/" + many.role() + "/scopes", 21);
            assertRows("/organization-roles/" + many.role() + "/scopes?page=2", 1);
        }
    }

    private static void assertRows(String path, int expected) {
        assertThat(management.get(path).json().size()).as(path).isEqualTo(expected);
    }

    /** Twenty-one of each, in addition to the existing ones. */
    private static final class Many implements AutoCloseable {

        private final List<Runnable> undo = new ArrayList<>();
        private final String role;

        Many() {
            role = post("/organization-roles", "{\"name\":\"paged\"}");
            undo.add(() -> directory.deleteOrganizationRole(role));
            for (int i = 0; i < 21; i++) {
                String name = "\"name\":\"page" + i + "\"";
                String scope = post("/organization-scopes", "{" + name + "}");
                management.send(
                        "POST",
                        "/organization-roles/" + role + "/scopes",
                        "{\"organizationScopeIds\":[\"" + scope + "\"]}");
                undo.add(() -> directory.deleteOrganizationScope(scope));
                String resourceScope = post("/resources/example-api/scopes", "{" + name + "}");
                undo.add(() -> directory.deleteResourceScope(resourceScope));
                String global = post("/roles", "{" + name + ",\"description\":\"x\"}");
                management.send("POST", "/users/alice/roles", "{\"roleIds\":[\"" + global + "\"]}");
                undo.add(() -> directory.deleteRole(global));
            }
        }

        String role() {
            return role;
        }

        private static String post(String path, String body) {
            Answer answer = management.send("POST", path, body);
            assertThat(answer.status()).as(answer.text()).isBetween(200, 201);
            return answer.string("id");
        }

        @Override
        public void close() {
            undo.forEach(Runnable::run);
        }
    }

    @Test
    void getWhenQueryParametersAreUnknownThenTheyAreIgnored() {
        assertThat(management.get("/organizations/acme?whatever=1&page=0").status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"page_size=101", "page=-1", "page=x"})
    void listWhenThePageIsInvalidThenRefused(String query) {
        assertThat(management.get("/users?" + query).string("code")).isEqualTo("guard.invalid_pagination");
    }

    @Test
    void requestWhenTheTokenIsNotForTheManagementApiThenRefusedAsRecorded() {
        assertRefusedAs("auth.missing-token", null);
        assertRefusedAs("auth.wrong-scheme", "Basic Zm9vOmJhcg==");
        assertRefusedAs("auth.garbage-token", "Bearer not-a-jwt");
        assertRefusedAs("auth.wrong-scope", agentToken("resource", "https://default.logto.app/api", "scope", "all"));
        assertRefusedAs("auth.organization-token", agentToken("organization_id", "acme", "scope", "read:report"));
        assertRefusedAs(
                "auth.wrong-audience", agentToken("resource", "https://api.example.test", "scope", "read:document"));
    }

    @Test
    void requestWhenTheTokensKeyIsUnknownThenRefusedAsRecorded() {
        try (LogtoBox other = LogtoBox.builder().port(0).clock(CLOCK).start()) {
            Answer token = TestClient.MANAGEMENT.token(
                    new Http(other.endpoint()), "grant_type", "client_credentials", "resource", Browser.API);
            assertRefusedAs("auth.unknown-kid", "Bearer " + token.string("access_token"));
        }
    }

    @Test
    void requestWhenTheTokenHasExpiredThenRefusedAsRecorded() {
        String token = agentToken("resource", "https://default.logto.app/api");
        CLOCK.advance(Duration.ofHours(1));
        assertRefusedAs("auth.expired-token", token);
        management = new Management(box.endpoint());
    }

    private static String agentToken(String... parameters) {
        List<String> form = new ArrayList<>(List.of("grant_type", "client_credentials"));
        form.addAll(List.of(parameters));
        Answer answer = TestClient.AGENT.token(new Http(box.endpoint()), form.toArray(String[]::new));
        return "Bearer " + answer.string("access_token");
    }

    private static void assertRefusedAs(String name, String authorization) {
        Recorded recorded = recorded("errors/" + name, Map.of());
        Http http = new Http(box.endpoint());
        Answer answer = authorization == null
                ? http.get(recorded.path())
                : http.get(recorded.path(), "Authorization", authorization);
        assertThat(answer.status()).as(answer.text()).isEqualTo(recorded.status());
        assertThat(Recorded.names(answer.json())).isEqualTo(Recorded.names(recorded.body()));
        assertThat(answer.string("code")).isEqualTo(recorded.body().path("code").asString());
        assertThat(answer.string("message"))
                .isEqualTo(recorded.body().path("message").asString());
        for (String member : List.of("/data/code", "/data/name", "/data/claim", "/data/reason")) {
            assertThat(answer.json().at(member)).isEqualTo(recorded.body().at(member));
        }
    }
}
