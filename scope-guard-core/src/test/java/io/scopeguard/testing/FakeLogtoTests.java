package io.scopeguard.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The fake sends parts of the responses that were recorded with a real Logto. */
class FakeLogtoTests {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static final String ADMIN = "bdh4or3y14aho06ul1qj5";
    private static final String AGENT_ROLE = "ul7fxbxc8eis3j2rlazwz";
    private static final String MEMBER = "ywxp3mzfunekqz9r88o8v";
    private static final String AUDITOR = "t0ty643crd5maeybcgr0w";
    private static final String MANAGEMENT = "f9cxt632i6bcgp1cvxhtd";
    private static final String SERVICE = "kyd251i3tyncohx3zetf1";
    private static final String USER = "User";
    private static final String MACHINE = "MachineToMachine";

    private final FakeLogto logto = new FakeLogto();

    @AfterEach
    void close() {
        logto.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "management-api/application-roles.agent",
                "management-api/org-application-roles.acme-agent",
                "management-api/org-user-roles.alice-acme",
                "management-api/org-user-roles.alice-acme.paged",
                "management-api/org-users.acme",
                "management-api/org-users.acme.paged",
                "management-api/org-users.acme.search",
                "management-api/organization-role-resource-scopes.member",
                "management-api/organization-role-scopes.admin",
                "management-api/organization-roles",
                "management-api/organization-roles.paged",
                "management-api/organization-scopes",
                "management-api/resources.include-scopes",
                "management-api/role-scopes.auditor",
                "management-api/role-users.auditor",
                "management-api/roles",
                "management-api/roles.user-type",
                "management-api/user-organizations.alice",
                "management-api/user-roles.alice-none",
                "management-api/user-roles.carol",
                "management-api/user.alice",
                "errors/org-application-roles.non-member-app",
                "errors/org-user-roles.non-member",
                "errors/org-user-roles.unknown-user",
                "errors/org-users.unknown-org",
                "errors/organization-role-resource-scopes.unknown-role",
                "errors/organization-role-scopes.unknown-role",
                "errors/role-scopes.unknown-role",
                "errors/user-organizations.unknown-user",
                "errors/user-roles.unknown-user",
                "errors/user.unknown"
            })
    void getWhenRecordedThenPartOfTheRecordedResponse(String name) throws Exception {
        fill();
        JsonNode recorded = Recorded.of(name).content();
        JsonNode response = recorded.get("response");

        HttpResponse<String> answer = get(recorded.get("request").get("path").stringValue());

        assertThat(answer.statusCode()).isEqualTo(response.get("status").intValue());
        assertThat(answer.headers().firstValue("Total-Number").orElse(null))
                .isEqualTo(response.get("headers").path("total-number").stringValue(null));
        assertPart(JSON.readTree(answer.body()), response.get("body"), "");
    }

    @Test
    void getWhenRolesFillMoreThanAPageThenAPageOfTwenty() throws Exception {
        for (int i = 0; i < 28; i++) {
            logto.globalRole("role" + i, USER);
        }

        HttpResponse<String> answer = get("/api/roles");

        assertThat(JSON.readTree(answer.body())).hasSize(20);
        assertThat(answer.headers().firstValue("Total-Number")).contains("28");
    }

    @Test
    void getWhileSeveralChangesAreMadeAtOnceThenAllOrNone() throws Exception {
        logto.member("acme", "alice");
        AtomicBoolean ended = new AtomicBoolean();
        CompletableFuture<Void> changes = CompletableFuture.runAsync(() -> {
            while (!ended.get()) {
                logto.change(tenant -> tenant.expel("acme", "alice").member("acme", "bob"));
                logto.change(tenant -> tenant.expel("acme", "bob").member("acme", "alice"));
            }
        });
        try {
            for (int i = 0; i < 200; i++) {
                assertThat(JSON.readTree(get("/api/organizations/acme/users").body()))
                        .hasSize(1);
            }
        } finally {
            ended.set(true);
            changes.join();
        }
    }

    /** The recorded tenant. */
    private void fill() {
        logto.resource("https://default.logto.app/api", "all")
                .resource(Recorded.API, "delete:document", "read:document", "write:document")
                .organizationScope("delete:report")
                .organizationScope("invite:member")
                .organizationScope("read:report")
                .organizationScope("write:report")
                .organizationRole(ADMIN, "invite:member", "write:report", "read:report", "delete:report")
                .organizationRoleResource(ADMIN, Recorded.API, "delete:document", "read:document", "write:document")
                .organizationRole(AGENT_ROLE, "write:report", "read:report")
                .organizationRoleResource(AGENT_ROLE, Recorded.API, "read:document", "write:document")
                .organizationRole(MEMBER, "read:report")
                .organizationRoleResource(MEMBER, Recorded.API, "read:document")
                .globalRole(AUDITOR, USER)
                .globalRoleScopes(AUDITOR, Recorded.API, "read:document")
                .globalRole(MANAGEMENT, MACHINE)
                .globalRole(SERVICE, MACHINE)
                .rename(ADMIN, "admin")
                .rename(AGENT_ROLE, "agent")
                .rename(MEMBER, "member")
                .rename(AUDITOR, "auditor")
                .rename(MANAGEMENT, "Logto Management API access")
                .rename(SERVICE, "service")
                .member(Recorded.ACME, Recorded.ALICE, ADMIN)
                .member(Recorded.GLOBEX, Recorded.ALICE, MEMBER)
                .member(Recorded.ACME, Recorded.BOB, MEMBER)
                .member(Recorded.GLOBEX, Recorded.CAROL, ADMIN)
                .assign(AUDITOR, Recorded.CAROL)
                .application("wdzn1i61o9qhbldzbou2s", MANAGEMENT)
                .application(Recorded.AGENT, SERVICE)
                .agent(Recorded.ACME, Recorded.AGENT, AGENT_ROLE);
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(logto.tenant().endpoint() + path))
                .timeout(Loopback.PATIENCE)
                .build();
        return CLIENT.send(request, BodyHandlers.ofString());
    }

    /** Ids of scopes and resources, times and messages are the fake's own, and all its organization roles are for users. */
    private static void assertPart(JsonNode part, JsonNode recorded, String at) {
        if (part.isObject()) {
            part.forEachEntry((name, value) -> {
                assertThat(recorded.has(name)).as(at + "/" + name).isTrue();
                assertPart(value, recorded.get(name), at + "/" + name);
            });
        } else if (part.isArray()) {
            assertThat(part).as(at).hasSize(recorded.size());
            for (int i = 0; i < part.size(); i++) {
                assertPart(part.get(i), recorded.get(i), at + "/" + i);
            }
        } else if (isOwn(part, at)) {
            assertThat(part.getNodeType()).as(at).isEqualTo(recorded.getNodeType());
        } else {
            assertThat(part).as(at).isEqualTo(recorded);
        }
    }

    private static boolean isOwn(JsonNode value, String at) {
        return at.endsWith("/message")
                || at.endsWith("/createdAt")
                || at.endsWith("/type")
                || value.isString() && value.stringValue().matches("(scope|res)\\d+");
    }
}
