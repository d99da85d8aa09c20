package io.scopeguard.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSObject;
import io.scopeguard.testing.FakeKeycloak;
import io.scopeguard.testing.MovableClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.text.ParseException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Compares the fake with the recordings: each of its answers has the shape of a real Keycloak's. */
class FakeKeycloakTests {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static FakeKeycloak server;

    @BeforeAll
    static void start() {
        server = FakeKeycloak.recorded(MovableClock.atNoon());
        server.realm()
                .subgroup("acme-id", "acme-admins", "billing", "billing", "read:report")
                .user("blocked", "blocked")
                .member("acme-id", "blocked")
                .enable("blocked", false);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        URI uri = URI.create(server.server().baseUrl() + "/admin/realms/guard" + path);
        return CLIENT.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @CsvSource({
        "/organizations,                                                      management-api/organizations",
        "/organizations/acme-id,                                              management-api/organization.acme",
        "/organizations/acme-id/members/alice,                                management-api/organization-member.alice-acme",
        "/organizations/acme-id/members/blocked,                              management-api/organization-member.bob-disabled",
        "/organizations/acme-id/members/alice/groups?briefRepresentation=false,"
                + " management-api/organization-member-groups.alice-acme.full",
        "/organizations/acme-id/members/blocked/groups,"
                + " management-api/organization-member-groups.bob-acme-readded",
        "/organizations/members/alice/organizations,                          management-api/member-organizations.alice",
        "/organizations/acme-id/groups?briefRepresentation=false,             management-api/organization-groups.acme.full",
        "/organizations/acme-id/groups/acme-admins/role-mappings/clients/api/composite,"
                + " management-api/organization-group-role-mappings.client-composite.acme-admins",
        "/users/alice,                                                        management-api/user.alice",
        "/users/alice/role-mappings/clients/api/composite,  management-api/user-role-mappings.client-composite.alice",
        "/clients?clientId=reports-api,                                       management-api/client.by-clientId",
        "/clients/api/roles,                                                  management-api/client-roles.reports-api",
        "/clients/x/service-account-user,                                     management-api/service-account-user.agent",
        "/admin-events?max=1&resourceTypes=ORGANIZATION_MEMBERSHIP,           ",
    })
    void getWhenFoundThenInTheShapeOfTheRecording(String path, String recording)
            throws IOException, InterruptedException {
        server.realm().client("x", "x");
        HttpResponse<String> response = get(path);
        JsonNode body = MAPPER.readTree(response.body());
        JsonNode recorded = recording == null
                ? MAPPER.createArrayNode().add(RecordedKeycloak.of("admin-events/CREATE-ORGANIZATION_MEMBERSHIP"))
                : RecordedKeycloak.body(recording);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Date")).isEmpty();
        assertShape(body, recorded);
    }

    private static void assertShape(JsonNode fake, JsonNode recorded) {
        assertThat(fake.getNodeType()).isEqualTo(recorded.getNodeType());
        if (fake.isArray()) {
            assertThat(fake.isEmpty()).isEqualTo(recorded.isEmpty());
            fake.forEach(item -> assertShape(item, recorded.get(0)));
        } else if (fake.isObject()) {
            for (Map.Entry<String, JsonNode> member : fake.properties()) {
                assertThat(recorded.has(member.getKey())).as(member.getKey()).isTrue();
                assertThat(member.getValue().getNodeType())
                        .as(member.getKey())
                        .isEqualTo(recorded.get(member.getKey()).getNodeType());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/nothing-here,                                           errors/route.unknown",
        "/users/nobody,                                           errors/user.unknown",
        "/organizations/nowhere,                                  errors/organization.unknown",
        "/organizations/nowhere/members,                          errors/organization-members.unknown-organization",
        "/organizations/acme-id/members/dave,                     errors/organization-member.non-member",
        "/organizations/acme-id/members/nobody,                   errors/organization-member.unknown-user",
        "/organizations/acme-id/members/dave/groups,              errors/organization-member-groups.non-member",
        "/organizations/members/nobody/organizations,             errors/member-organizations.unknown-user",
        "/organizations/members/dave/organizations,               errors/member-organizations.no-member",
        "/organizations/acme-id/groups/none/role-mappings/clients/api/composite, errors/organization-group.unknown",
        "/organizations/acme-id/groups/globex-admins/role-mappings/clients/api/composite,"
                + " errors/organization-group.other-organization",
    })
    void getWhenRefusedThenAsRecorded(String path, String recording) throws IOException, InterruptedException {
        HttpResponse<String> response = get(path);
        assertThat(response.statusCode()).isEqualTo(RecordedKeycloak.status(recording));
        assertThat(MAPPER.readTree(response.body())).isEqualTo(RecordedKeycloak.body(recording));
    }

    @ParameterizedTest
    @CsvSource({
        "alice, acme, roles.organization-acme.alice",
        "alice, *,    roles.organization-all.alice",
        "agent, acme, m2m.organization-acme.agent",
    })
    void tokenWhenIssuedThenInTheShapeOfTheRecording(String user, String organization, String recording)
            throws ParseException {
        server.realm().member("acme-id", "agent-user", "acme-members");
        String token = user.equals("agent") ? server.machineToken(organization) : server.token(user, organization);
        JsonNode claims = MAPPER.readTree(JWSObject.parse(token).getPayload().toString());
        JsonNode recorded = RecordedKeycloak.of("tokens/" + recording).get("claims");
        for (Map.Entry<String, JsonNode> claim : claims.properties()) {
            assertThat(recorded.has(claim.getKey())).as(claim.getKey()).isTrue();
        }
        assertShape(claims.get("organization"), recorded.get("organization"));
        assertShape(
                claims.get("organization").get("acme"),
                recorded.get("organization").get("acme"));
        assertThat(claims.at("/organization/acme/resource_access/reports-api/roles"))
                .containsExactlyInAnyOrderElementsOf(
                        recorded.at("/organization/acme/resource_access/reports-api/roles"));
    }
}
