package io.scopeguard.logto;

import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static io.scopeguard.testing.Recorded.ACME;
import static io.scopeguard.testing.Recorded.AGENT;
import static io.scopeguard.testing.Recorded.ALICE;
import static io.scopeguard.testing.Recorded.BOB;
import static io.scopeguard.testing.Recorded.CAROL;
import static io.scopeguard.testing.Recorded.GLOBEX;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.Recorded;
import java.net.URI;
import java.util.List;

/** The recorded tenant, replayed; answers that were not recorded are derived from the others. */
final class RecordedTenant implements AutoCloseable {

    private static final int AFTER_SEARCHES = 10;

    static final String ADMIN_ROLE = "bdh4or3y14aho06ul1qj5";
    static final String MEMBER_ROLE = "ywxp3mzfunekqz9r88o8v";
    static final String NOBODY = "aaaaaaaaaaaa";
    static final String SECRET = "the-secret-of-the-app";

    static final String AUDITOR_ROLE = "t0ty643crd5maeybcgr0w";
    private static final String MANAGEMENT_ROLE = "f9cxt632i6bcgp1cvxhtd";
    static final String SERVICE_ROLE = "kyd251i3tyncohx3zetf1";

    private final WireMockServer server = Loopback.start();

    /** Resets all changes and recorded requests. */
    void reset() {
        server.resetAll();
        server.stubFor(post(urlPathEqualTo("/oidc/token"))
                .willReturn(Recorded.of("tokens/m2m.management-api").response()));
        recorded("/organization-roles", "management-api/organization-roles");
        recorded("/organization-scopes", "management-api/organization-scopes");
        recorded("/resources", "management-api/resources.include-scopes");
        recorded("/roles", "management-api/roles");
        answer("/roles/" + MANAGEMENT_ROLE + "/scopes", okJson("[]"));
        recorded("/roles/" + AUDITOR_ROLE + "/scopes", "management-api/role-scopes.auditor");
        answer(
                "/roles/" + SERVICE_ROLE + "/scopes",
                okJson(
                        "[{\"id\":\"s1\",\"name\":\"read:document\",\"resource\":{\"indicator\":\"https://api.example.test\"}},"
                                + "{\"id\":\"s2\",\"name\":\"write:document\",\"resource\":{\"indicator\":\"https://api.example.test\"}},"
                                + "{\"id\":\"s3\",\"name\":\"read:document\",\"resource\":{\"indicator\":\"https://other.example.test\"}}]"));
        users();
        organizations();
        applications();
    }

    private void users() {
        recorded("/users/" + ALICE, "management-api/user.alice");
        answer("/users/" + BOB, okJson("{\"id\":\"" + BOB + "\",\"isSuspended\":false}"));
        answer("/users/" + CAROL, okJson("{\"id\":\"" + CAROL + "\",\"isSuspended\":false}"));
        recorded("/users/" + NOBODY, "errors/user.unknown");
        recorded("/users/" + ALICE + "/roles", "management-api/user-roles.alice-none");
        recorded("/users/" + BOB + "/roles", "management-api/user-roles.alice-none");
        recorded("/users/" + CAROL + "/roles", "management-api/user-roles.carol");
        recorded("/users/" + NOBODY + "/roles", "errors/user-roles.unknown-user");
        recorded("/users/" + ALICE + "/organizations", "management-api/user-organizations.alice");
        answer(
                "/users/" + BOB + "/organizations",
                okJson("[{\"id\":\"" + ACME + "\",\"organizationRoles\":[" + role(MEMBER_ROLE) + "]}]"));
        answer(
                "/users/" + CAROL + "/organizations",
                okJson("[{\"id\":\"" + GLOBEX + "\",\"organizationRoles\":[" + role(ADMIN_ROLE) + "]}]"));
    }

    private void organizations() {
        listed(ACME, Recorded.of("management-api/org-users.acme").response());
        listed(GLOBEX, page("[" + member(ALICE, MEMBER_ROLE) + "," + member(CAROL, ADMIN_ROLE) + "]", 2));
        found(ACME, ALICE, Recorded.of("management-api/org-users.acme.search").response());
        found(ACME, BOB, Recorded.of("management-api/org-users.acme").response());
        found(ACME, CAROL, page("[]", 0));
        found(ACME, NOBODY, page("[]", 0));
        found(GLOBEX, ALICE, page("[" + member(ALICE, MEMBER_ROLE) + "]", 1));
        found(GLOBEX, CAROL, page("[" + member(CAROL, ADMIN_ROLE) + "]", 1));
        found(GLOBEX, BOB, page("[]", 0));
        recorded(rolesIn(ACME, ALICE), "management-api/org-user-roles.alice-acme");
        answer(rolesIn(ACME, BOB), okJson("[" + role(MEMBER_ROLE) + "]"));
        answer(rolesIn(GLOBEX, ALICE), okJson("[" + role(MEMBER_ROLE) + "]"));
        answer(rolesIn(GLOBEX, CAROL), okJson("[" + role(ADMIN_ROLE) + "]"));
        recorded(rolesIn(ACME, CAROL), "errors/org-user-roles.non-member");
        recorded(rolesIn(GLOBEX, BOB), "errors/org-user-roles.non-member");
        recorded(rolesIn(ACME, NOBODY), "errors/org-user-roles.unknown-user");
    }

    private void applications() {
        answer("/applications/" + AGENT, okJson("{\"id\":\"" + AGENT + "\"}"));
        recorded("/applications/" + AGENT + "/roles", "management-api/application-roles.agent");
        recorded(
                "/organizations/" + ACME + "/applications/" + AGENT + "/roles",
                "management-api/org-application-roles.acme-agent");
        recorded(
                "/organizations/" + GLOBEX + "/applications/" + AGENT + "/roles",
                "errors/org-application-roles.non-member-app");
        recorded(
                "/organizations/" + ACME + "/applications/" + NOBODY + "/roles",
                "errors/org-application-roles.non-member-app");
        recorded("/applications/" + NOBODY, "errors/role.unknown");
        recorded("/applications/" + NOBODY + "/roles", "errors/role.unknown");
    }

    /** Answers reads of a path with a recording. */
    void recorded(String path, String recording) {
        answer(path, Recorded.of(recording).response());
    }

    void answer(String path, ResponseDefinitionBuilder response) {
        server.stubFor(get(urlPathEqualTo("/api" + path)).willReturn(response));
    }

    void answerPage(String path, int number, ResponseDefinitionBuilder response) {
        server.stubFor(get(urlPathEqualTo("/api" + path))
                .withQueryParam("page", equalTo(Integer.toString(number)))
                .willReturn(response));
    }

    /** Answers the list of an organization's members, which is read in the background if that takes no more calls. */
    private void listed(String organization, ResponseDefinitionBuilder response) {
        server.stubFor(get(urlPathEqualTo("/api" + membersOf(organization)))
                .atPriority(AFTER_SEARCHES)
                .willReturn(response));
    }

    /** Answers the search for a user among the members of an organization. */
    void found(String organization, String user, ResponseDefinitionBuilder response) {
        server.stubFor(get(urlPathEqualTo("/api" + membersOf(organization)))
                .withQueryParam("q", equalTo(user))
                .willReturn(response));
    }

    void tokenAnswer(ResponseDefinitionBuilder response) {
        server.stubFor(post(urlPathEqualTo("/oidc/token")).willReturn(response));
    }

    int tokenRequests() {
        return server.findAll(postRequestedFor(urlPathEqualTo("/oidc/token"))).size();
    }

    WireMockServer server() {
        return server;
    }

    LogtoTenant tenant() {
        return new LogtoTenant(URI.create(server.baseUrl()));
    }

    Logto.Builder logto(MovableClock clock) {
        return Logto.at(tenant(), "app", SECRET)
                .furtherIssuers(List.of(Recorded.ISSUER))
                .callsPerSecond(10_000)
                .timeout(Loopback.PATIENCE)
                .clock(clock)
                .steadyClock(clock.steady());
    }

    static String membersOf(String organization) {
        return "/organizations/" + organization + "/users";
    }

    static String rolesIn(String organization, String user) {
        return membersOf(organization) + "/" + user + "/roles";
    }

    static String member(String user, String role) {
        return "{\"id\":\"" + user + "\",\"isSuspended\":false,\"organizationRoles\":[" + role(role) + "]}";
    }

    static String role(String id) {
        return "{\"id\":\"" + id + "\",\"name\":\"role\"}";
    }

    static ResponseDefinitionBuilder page(String items, int total) {
        return okJson(items).withHeader("Total-Number", Integer.toString(total));
    }

    @Override
    public void close() {
        server.stop();
    }
}
