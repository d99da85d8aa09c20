package io.scopeguard.logtobox;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.logtobox.HookReceiver.Delivery;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Deliveries: the changes that cause them, their content, and their signatures. */
class WebhookTests {

    private static final JsonMapper JSON = JsonMapper.shared();

    /** Recorded, but not of the box: see DEVIATIONS.md. */
    private static final List<String> NOT_OF_THE_BOX = List.of(
            "organization jit roles PUT", "wrong password many times (Identifier.Lockout)", "hook test endpoint");

    private LogtoBox box;
    private Management management;
    private HookReceiver receiver;
    private String hookId;
    private String signingKey;

    @BeforeEach
    void start() throws IOException {
        box = LogtoBox.builder().port(0).start();
        management = new Management(box.endpoint());
        receiver = new HookReceiver();
        JsonNode recorded = Recorded.of("webhooks/api/hooks.create", "").file().at("/request/body");
        Answer hook = management.send(
                "POST",
                "/hooks",
                recorded.toString()
                        .replace("http://127.0.0.1:39099/hook", receiver.uri().toString()));
        assertThat(hook.status()).as(hook.text()).isEqualTo(201);
        hookId = hook.string("id");
        signingKey = hook.string("signingKey");
        assertThat(signingKey).hasSize(32);
    }

    @AfterEach
    void stop() {
        receiver.close();
        box.close();
    }

    /** The recorded actions in their order, each waited for until exactly its events have arrived. */
    @Test
    void everyRecordedActionDeliversItsEventsAndNoOther() throws Exception {
        Script script = new Script();
        for (JsonNode action : actions()) {
            String name = action.path("action").asString();
            if (NOT_OF_THE_BOX.contains(name)) {
                continue;
            }
            script.perform(
                    name,
                    action.at("/request/method").asString(""),
                    action.at("/request/path").asString(""));
            List<String> expected = new ArrayList<>();
            action.path("events").forEach(event -> expected.add(event.asString()));
            List<String> delivered = new ArrayList<>();
            for (int i = 0; i < expected.size(); i++) {
                Delivery delivery = receiver.next();
                assertSigned(delivery);
                delivered.add(delivery.event());
            }
            assertThat(delivered).as(name).containsExactlyInAnyOrderElementsOf(expected);
        }
        assertThat(receiver.isSilent()).isTrue();
    }

    private static JsonNode actions() throws IOException {
        try (InputStream stream = WebhookTests.class.getResourceAsStream("/logto-recorded/webhooks/actions.json")) {
            return JSON.readTree(stream.readAllBytes());
        }
    }

    private void assertSigned(Delivery delivery) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(signingKey.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        String expected = HexFormat.of().formatHex(mac.doFinal(delivery.body().getBytes(StandardCharsets.UTF_8)));
        assertThat(delivery.signature()).isEqualTo(expected);
        assertThat(delivery.userAgent()).isEqualTo("Logto (https://logto.io/)");
        assertThat(delivery.custom()).isEqualTo("custom-header");
        assertThat(delivery.json().path("hookId").asString()).isEqualTo(hookId);
    }

    /** Repeats the recorded actions with the identifiers of this box. */
    private final class Script {

        private final Map<String, String> ids = new java.util.HashMap<>();

        Script() {
            ids.putAll(Map.of(
                    "5nzdf8sypmekd84zjjm1h", "demo-agent",
                    "4uxi2xdz10fsvnqgbqjzp", "demo-agent",
                    "ywxp3mzfunekqz9r88o8v", "member",
                    "xlonjmpl6snh5igh5vdm4", "example-api"));
        }

        void perform(String action, String method, String recordedPath) {
            switch (action) {
                case "sign-in (authorization code)" ->
                    new Browser(box.endpoint(), "alice").signIn(TestClient.PUBLIC, "openid", List.of(), "");
                case "token refresh / token exchange (no event expected)" ->
                    TestClient.AGENT.token(
                            new Http(box.endpoint()), "grant_type", "client_credentials", "organization_id", "acme");
                default -> call(action, method, recordedPath.replaceFirst("^/api", ""));
            }
        }

        private void call(String action, String method, String recordedPath) {
            prepare(action);
            String path = translate(recordedPath);
            Answer answer = management.send(method, path, translate(body(action)));
            assertThat(answer.status())
                    .as(action + " " + path + " " + answer.text())
                    .isBetween(200, 204);
            if (answer.status() != 204 && method.equals("POST") && answer.text().startsWith("{")) {
                remember(action, answer.string("id"));
            }
        }

        /** Prepares an action without causing deliveries. */
        private void prepare(String action) {
            if (action.equals("organization application roles PUT (to none)")
                    || action.equals("organization applications DELETE")) {
                box.directory().organizationApplications().add(translate("jyffgnwnkcwc"), List.of("demo-agent"));
            }
            if (action.equals("organization user roles DELETE (take a role away)")) {
                box.directory().setRoles(translate("jyffgnwnkcwc"), translate("xy2h0xm0yf5c"), "member");
            }
            if (action.equals("role users DELETE") || action.equals("user roles DELETE")) {
                box.directory()
                        .principalRoles()
                        .add(
                                translate("xy2h0xm0yf5c"),
                                List.of(translate("86lha3x2yn4f1eiw88j2j"), translate("1dqlhohjb6dyteyluoa30")));
            }
            if (action.equals("organization role scopes DELETE")) {
                box.directory()
                        .organizationRoleScopes()
                        .add(translate("s3dj5t0hgq4rsrsb60cv3"), List.of(translate("6qxqsmih7sip37ph81w1n")));
            }
            if (action.equals("role applications POST") || action.equals("role applications DELETE")) {
                ids.put("o9lz83j14s9s0zxebp2dx", "service");
            }
        }

        private void remember(String action, String id) {
            String theirs = switch (action) {
                case "organization create" -> "jyffgnwnkcwc";
                case "user create #1" -> "xy2h0xm0yf5c";
                case "user create #2" -> "hl6w7t10s4nm";
                case "user create #3" -> "z682637z1e2z";
                case "organization scope create" -> "6qxqsmih7sip37ph81w1n";
                case "organization role create (without scopes)" -> "s3dj5t0hgq4rsrsb60cv3";
                case "resource scope create" -> "l0of6xkeuluagbxbey602";
                case "role create (without scopes)" -> "86lha3x2yn4f1eiw88j2j";
                case "role create (with scopes)" -> "1dqlhohjb6dyteyluoa30";
                case "resource create" -> "kz0u1qium12x004snmiru";
                default -> "";
            };
            if (!theirs.isEmpty()) {
                ids.put(theirs, id);
            }
        }

        private String translate(String text) {
            String translated = text;
            for (Map.Entry<String, String> id : ids.entrySet()) {
                translated = translated.replace(id.getKey(), id.getValue());
            }
            return translated;
        }

        private static String body(String action) {
            return switch (action) {
                case "organization create" -> "{\"name\":\"hook-org\"}";
                case "organization patch", "organization role patch", "role patch", "resource scope patch" ->
                    "{\"description\":\"changed\"}";
                case "user create #1" -> "{\"username\":\"hook_1\",\"password\":\"demo\"}";
                case "user create #2" -> "{\"username\":\"hook_2\"}";
                case "user create #3" -> "{\"username\":\"hook_3\"}";
                case "organization users POST (add one member)" -> "{\"userIds\":[\"xy2h0xm0yf5c\"]}";
                case "organization users POST (add two, one is already a member)" ->
                    "{\"userIds\":[\"xy2h0xm0yf5c\",\"hl6w7t10s4nm\"]}";
                case "organization users PUT (replace all members)" ->
                    "{\"userIds\":[\"xy2h0xm0yf5c\",\"hl6w7t10s4nm\",\"z682637z1e2z\"]}";
                case "organization user roles POST (assign a role)" -> "{\"organizationRoleIds\":[\"member\"]}";
                case "organization user roles PUT (replace roles = promote)" -> "{\"organizationRoleIds\":[\"admin\"]}";
                case "organization user roles PUT (replace roles = demote)" ->
                    "{\"organizationRoleNames\":[\"member\"]}";
                case "organization users/roles POST (bulk assign)" ->
                    "{\"userIds\":[\"xy2h0xm0yf5c\"],\"organizationRoleIds\":[\"member\"]}";
                case "organization applications POST (associate an M2M app)" ->
                    "{\"applicationIds\":[\"5nzdf8sypmekd84zjjm1h\"]}";
                case "organization application roles POST" -> "{\"organizationRoleIds\":[\"agent\"]}";
                case "organization application roles PUT (to none)" -> "{\"organizationRoleIds\":[]}";
                case "organization applications PUT (replace to none)" -> "{\"applicationIds\":[]}";
                case "organization scope create" -> "{\"name\":\"hook:scope\"}";
                case "organization scope patch (rename)" -> "{\"name\":\"hook:renamed\"}";
                case "organization role create (without scopes)" -> "{\"name\":\"hook-role\"}";
                case "organization role create (with scopes)" ->
                    "{\"name\":\"hook-role-2\",\"organizationScopeIds\":[\"6qxqsmih7sip37ph81w1n\"]}";
                case "organization role scopes POST", "organization role scopes PUT" ->
                    "{\"organizationScopeIds\":[\"6qxqsmih7sip37ph81w1n\"]}";
                case "resource scope create" -> "{\"name\":\"hook:api\",\"description\":\"x\"}";
                case "organization role resource-scopes POST",
                        "organization role resource-scopes PUT",
                        "role scopes POST" -> "{\"scopeIds\":[\"l0of6xkeuluagbxbey602\"]}";
                case "role create (without scopes)" -> "{\"name\":\"hook-role\",\"description\":\"x\"}";
                case "role create (with scopes)" ->
                    "{\"name\":\"hook-role-2\",\"description\":\"x\",\"scopeIds\":[\"l0of6xkeuluagbxbey602\"]}";
                case "role users POST" -> "{\"userIds\":[\"xy2h0xm0yf5c\"]}";
                case "user roles POST", "user roles PUT" -> "{\"roleIds\":[\"1dqlhohjb6dyteyluoa30\"]}";
                case "role applications POST" -> "{\"applicationIds\":[\"demo-agent\"]}";
                case "application roles PUT" -> "{\"roleIds\":[]}";
                case "resource create" -> "{\"name\":\"Another\",\"indicator\":\"https://another.example.test\"}";
                case "resource patch", "user patch" -> "{\"name\":\"Changed\"}";
                case "user custom data patch" -> "{\"customData\":{\"a\":1}}";
                case "user password patch" -> "{\"password\":\"another\"}";
                case "user suspend" -> "{\"isSuspended\":true}";
                case "user unsuspend" -> "{\"isSuspended\":false}";
                default -> "";
            };
        }
    }

    /** Deliveries of the box have the same members in the same order as the recorded ones of each kind. */
    @Test
    void deliveriesHaveTheRecordedMembers() throws Exception {
        String user = create("/users", "{\"username\":\"somebody\",\"password\":\"demo\"}");
        assertLikeRecorded("003-User.Created");
        String organization = create("/organizations", "{\"name\":\"Another\"}");
        assertLikeRecorded("001-Organization.Created");
        management.send("POST", "/organizations/" + organization + "/users", "{\"userIds\":[\"" + user + "\"]}");
        assertLikeRecorded("006-Organization.Membership.Updated");
        management.send("DELETE", "/organizations/" + organization + "/users/" + user, null);
        assertLikeRecorded("009-Organization.Membership.Updated");
        String role = create("/organization-roles", "{\"name\":\"another\"}");
        assertLikeRecorded("017-OrganizationRole.Created");
        management.send(
                "POST", "/organization-roles/" + role + "/scopes", "{\"organizationScopeIds\":[\"read-report\"]}");
        assertLikeRecorded("021-OrganizationRole.Scopes.Updated");
        String scope = create("/organization-scopes", "{\"name\":\"another:scope\"}");
        assertLikeRecorded("015-OrganizationScope.Created");
        management.send("DELETE", "/organization-scopes/" + scope, null);
        assertLikeRecorded("026-OrganizationScope.Deleted");
        management.send("POST", "/roles/auditor/scopes", "{\"scopeIds\":[\"write-document\"]}");
        assertLikeRecorded("032-Role.Scopes.Updated");
        management.send("DELETE", "/roles/auditor/scopes/write-document", null);
        assertLikeRecorded("033-Role.Scopes.Updated");
        management.send("PATCH", "/users/" + user + "/is-suspended", "{\"isSuspended\":true}");
        assertLikeRecorded("043-User.SuspensionStatus.Updated");
        new Browser(box.endpoint(), "alice").signIn(TestClient.PUBLIC, "openid", List.of(), "");
        assertLikeRecorded("045-PostSignIn");
    }

    @Test
    void deliverWhenAUserIsDeletedThenTheDeliveryContainsItsData() throws Exception {
        management.send("DELETE", "/users/bob", null);
        Delivery delivery = receiver.next();
        assertThat(delivery.event()).isEqualTo("User.Deleted");
        assertThat(Recorded.names(delivery.json()))
                .containsExactly(
                        "event",
                        "createdAt",
                        "userAgent",
                        "ip",
                        "data",
                        "path",
                        "method",
                        "status",
                        "params",
                        "matchedRoute",
                        "hookId");
        assertThat(delivery.json().at("/data/id").asString()).isEqualTo("bob");
        assertThat(delivery.json().path("data").has("hasPassword")).isFalse();
        assertThat(receiver.isSilent()).isTrue();
    }

    private String create(String path, String body) {
        return management.send("POST", path, body).string("id");
    }

    private void assertLikeRecorded(String name) throws InterruptedException {
        Delivery delivery = receiver.next();
        JsonNode recorded = JSON.readTree(Recorded.of("webhooks/deliveries/" + name, "")
                .file()
                .path("rawBody")
                .asString());
        assertThat(delivery.event()).isEqualTo(recorded.path("event").asString());
        assertThat(Recorded.names(delivery.json())).as(name).isEqualTo(Recorded.names(recorded));
        for (String member : List.of("data", "params", "user", "application")) {
            assertThat(Recorded.names(delivery.json().path(member)))
                    .as(name + " " + member)
                    .isEqualTo(Recorded.names(recorded.path(member)));
        }
        Stream.of("method", "status", "matchedRoute")
                .forEach(member -> assertThat(delivery.json().path(member)).isEqualTo(recorded.path(member)));
    }

    @Test
    void testHookThenAMadeUpEventIsDelivered() throws Exception {
        management.send(
                "POST",
                "/hooks/" + hookId + "/test",
                "{\"events\":[\"User.SuspensionStatus.Updated\"],\"config\":{\"url\":\"" + receiver.uri() + "\"}}");
        assertLikeRecorded("052-User.SuspensionStatus.Updated");
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 429})
    void deliverWhenTheReceiverFailsThenNotRepeated(int status) throws InterruptedException {
        receiver.answerWith(status);
        create("/organizations", "{\"name\":\"Another\"}");
        assertThat(receiver.next().event()).isEqualTo("Organization.Created");
        assertThat(receiver.isSilent()).isTrue();
    }

    @Test
    void deliverWhenTheCallIsRefusedOrTheHookIsDisabledThenNothing() throws InterruptedException {
        assertThat(management.send("DELETE", "/organizations/nowhere", null).status())
                .isEqualTo(404);
        management.send("PATCH", "/hooks/" + hookId, "{\"enabled\":false}");
        create("/organizations", "{\"name\":\"Another\"}");
        assertThat(receiver.isSilent()).isTrue();
    }

    @Test
    void createHookWhenAnEventIsBehindAFlagThenRefused() {
        Answer answer = management.send(
                "POST",
                "/hooks",
                "{\"name\":\"x\",\"events\":[\"TrustedDevice.Created\"],\"config\":{\"url\":\"http://a\"}}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.string("code")).isEqualTo("guard.invalid_input");
    }
}
