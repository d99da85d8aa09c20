package io.scopeguard.logtobox;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.directory.Resource;
import io.scopeguard.testing.MovableClock;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The recorded exchanges with the token endpoint, replayed against the box. */
class RecordedTokenTests {

    private static final List<String> RESOURCES = List.of(Browser.ORGANIZATIONS, Browser.API);

    /** The scopes that the recorded experiments requested. */
    private static final String EXPERIMENT = "openid offline_access urn:logto:scope:organizations read:report"
            + " write:report delete:report invite:member read:document write:document delete:document";

    private static final MovableClock CLOCK = MovableClock.atNoon();

    private static LogtoBox box;
    private static Directory directory;
    private static Tenant tenant;
    private static Http http;
    private static Management management;

    @BeforeAll
    static void start() {
        box = LogtoBox.builder().port(0).clock(CLOCK).start();
        directory = box.directory();
        tenant = new Tenant(box);
        http = new Http(box.endpoint());
        management = new Management(box.endpoint());
    }

    @AfterAll
    static void stop() {
        box.close();
    }

    private static Recorded recorded(String path) {
        return Recorded.of(path, box.endpoint().toString());
    }

    private static Recorded recorded(String path, Map<String, String> names) {
        return Recorded.of(path, box.endpoint().toString(), names);
    }

    private static Answer replay(Recorded recorded, String client, Map<String, String> replacements) {
        return http.form(
                "/oidc/token",
                recorded.form(replacements),
                "Authorization",
                TestClient.basic(client, client + "-secret"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tokens/m2m.api-resource",
                "tokens/m2m.api-resource.no-scope-param",
                "tokens/m2m.management-api",
                "tokens/m2m.neither",
                "tokens/m2m.organization",
                "tokens/m2m.organization.no-scope-param",
                "tokens/m2m.organization.not-member",
                "tokens/m2m.organization.unknown",
                "tokens/m2m.unknown-client",
                "tokens/m2m.unknown-resource",
                "tokens/rotation.before-es384",
                "errors/oidc.client-credentials.management-without-role"
            })
    void clientCredentialsThenAsRecorded(String path) {
        Recorded recorded = recorded(path);
        recorded.assertSameTokenResponse(replay(recorded, recorded.basicUser(), Map.of()));
    }

    @Test
    void clientCredentialsWhenTheSecretIsWrongThenAsRecorded() {
        Recorded recorded = recorded("tokens/m2m.bad-secret");
        Answer answer = http.form(
                "/oidc/token", recorded.form(Map.of()), "Authorization", TestClient.basic("demo-agent", "wrong"));
        recorded.assertSameTokenResponse(answer);
        assertThat(answer.header("www-authenticate")).isEqualTo(recorded.responseHeader("www-authenticate"));
        assertThat(answer.header("cache-control")).isEqualTo(recorded.responseHeader("cache-control"));
    }

    @Test
    void clientCredentialsWhenTheResourceHasAShorterLifetimeThenAsRecorded() {
        Recorded recorded = recorded("tokens/m2m.api-resource.ttl-60");
        setTtl(60);
        Answer answer = replay(recorded, "demo-agent", Map.of());
        setTtl(3600);
        recorded.assertSameTokenResponse(answer);
    }

    private static void setTtl(long seconds) {
        directory
                .resources()
                .update("example-api", each -> new Resource(each.id(), each.name(), each.indicator(), false, seconds));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exchange.opaque",
                "exchange.organization.alice-acme",
                "exchange.organization.bob-acme",
                "exchange.organization.no-scope-param",
                "exchange.organization.non-member",
                "exchange.resource",
                "exchange.resource.bob"
            })
    void tokenExchangeThenAsRecorded(String name) {
        String user = name.contains("bob") ? "bob" : name.contains("non-member") ? "carol" : "alice";
        Recorded recorded = recorded("tokens/" + name);
        recorded.assertSameTokenResponse(
                replay(recorded, "demo-server", Map.of("subject_token", management.subjectToken(user))));
    }

    @Test
    void tokenExchangeWhenTheClientIsPublicThenAsRecorded() {
        Recorded recorded = recorded("tokens/exchange.organization.spa");
        Map<String, String> replacements = Map.of("subject_token", management.subjectToken("alice"));
        Answer answer = http.form("/oidc/token", recorded.form(replacements));
        recorded.assertSameTokenResponse(answer);
        assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
    }

    @Test
    void tokenExchangeWhenTheClientMayNotExchangeThenAsRecorded() {
        Recorded recorded = recorded("tokens/exchange.not-allowed-client");
        recorded.assertSameTokenResponse(replay(recorded, "demo-agent", Map.of()));
    }

    @Test
    void tokenExchangeWhenTheSubjectTokenIsUsedOrUnknownThenAsRecorded() {
        Recorded recorded = recorded("tokens/exchange.subject-token-used-twice");
        Map<String, String> replacements = Map.of("subject_token", management.subjectToken("alice"));
        assertThat(replay(recorded, "demo-server", replacements).status()).isEqualTo(200);
        recorded.assertSameTokenResponse(replay(recorded, "demo-server", replacements));
        Recorded unknown = recorded("tokens/exchange.unknown-subject-token");
        unknown.assertSameTokenResponse(replay(unknown, "demo-server", Map.of()));
    }

    @Test
    void tokenExchangeWhenTheUserIsSuspendedThenAsRecorded() {
        String user = tenant.user();
        directory.addMember("acme", user);
        directory.suspend(user, true);
        Recorded recorded = recorded("errors/exchange.org.suspended");
        recorded.assertSameTokenResponse(
                replay(recorded, "demo-server", Map.of("subject_token", management.subjectToken(user))));
        directory.deleteUser(user);
    }

    @Test
    void codeExchangeWhenTheCodeIsValidOrInvalidThenAsRecorded() {
        Browser browser = new Browser(box.endpoint(), "alice");
        recorded("tokens/code.initial")
                .assertSameTokenResponse(
                        browser.signIn(TestClient.CONFIDENTIAL, Browser.ALL_SCOPES, RESOURCES, "consent"));
        Recorded bad = recorded("tokens/code.bad");
        bad.assertSameTokenResponse(replay(bad, "demo-server", Map.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "refresh.organization.alice-acme",
                "refresh.organization-resource.acme",
                "refresh.organization-resource.globex",
                "refresh.organization.narrowed",
                "refresh.organization.unknown-org",
                "refresh.plain",
                "refresh.scope-not-granted",
                "refresh.unknown-resource"
            })
    void refreshThenAsRecordedAndTheRefreshTokenStays(String name) {
        Recorded recorded = recorded("tokens/" + name);
        String token = refreshToken("alice", Browser.ALL_SCOPES, RESOURCES);
        Answer answer = replay(recorded, "demo-server", Map.of("refresh_token", token));
        recorded.assertSameTokenResponse(answer);
        assertThat(answer.string("refresh_token")).isEqualTo(answer.status() == 200 ? token : "");
    }

    @Test
    void refreshWhenTheTokenIsGarbageThenAsRecorded() {
        Recorded recorded = recorded("tokens/refresh.garbage");
        recorded.assertSameTokenResponse(replay(recorded, "demo-server", Map.of()));
    }

    @Test
    void refreshWhenTheGrantLacksTheOrganizationsScopeThenAsRecorded() {
        Recorded recorded = recorded("tokens/refresh.organizations-scope-missing");
        String scope = Browser.ALL_SCOPES.replace(" urn:logto:scope:organizations ", " ");
        String token = refreshToken("alice", scope, RESOURCES);
        recorded.assertSameTokenResponse(replay(recorded, "demo-server", Map.of("refresh_token", token)));
    }

    /** A change to a member, between the sign-in and the refresh. */
    private enum Change {
        NONE((organization, user) -> {}),
        DEMOTE((organization, user) -> directory.setRoles(organization, user, "member")),
        PROMOTE((organization, user) -> directory.setRoles(organization, user, "admin")),
        NO_ROLE((organization, user) -> directory.setRoles(organization, user)),
        NEW_SCOPE((organization, user) -> directory.addOrganizationScope("export94889:report", "member")),
        REMOVE((organization, user) -> directory.removeMember(organization, user)),
        DELETE_ORGANIZATION((organization, user) -> directory.deleteOrganization(organization)),
        SUSPEND((organization, user) -> directory.suspend(user, true)),
        SUSPEND_AND_RELEASE((organization, user) -> {
            directory.suspend(user, true);
            directory.suspend(user, false);
        }),
        DELETE_USER((organization, user) -> directory.deleteUser(user)),
        REQUIRE_MFA((organization, user) ->
                directory.organizations().update(organization, each -> each.withMfaRequired(true)));

        private final BiConsumer<String, String> effect;

        Change(BiConsumer<String, String> effect) {
            this.effect = effect;
        }
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.CsvSource({
        "tokens/refresh.org.demoted,                          admin,  DEMOTE",
        "tokens/refresh.org.demoted-scope-named,              admin,  DEMOTE",
        "tokens/refresh.org.member-without-role,              admin,  NO_ROLE",
        "tokens/refresh.org.promoted,                         member, PROMOTE",
        "tokens/refresh.org.new-scope,                        member, NEW_SCOPE",
        "errors/refresh.org.new-scope-named,                  member, NEW_SCOPE",
        "errors/refresh.org.removed-from-organization,        admin,  REMOVE",
        "errors/refresh.org-resource.removed-from-organization, admin, REMOVE",
        "errors/refresh.org.organization-deleted,             admin,  DELETE_ORGANIZATION",
        "errors/refresh.org.suspended,                        admin,  SUSPEND",
        "errors/refresh.org.unsuspended-again,                admin,  SUSPEND_AND_RELEASE",
        "errors/refresh.org.user-deleted,                     admin,  DELETE_USER",
        "errors/refresh.org.mfa-required,                     admin,  REQUIRE_MFA"
    })
    void refreshWhenRightsHaveChangedThenAsRecorded(String path, String role, Change change) {
        assertSameAfter(path, role, change, EXPERIMENT, RESOURCES);
    }

    @Test
    void refreshWhenPromotedToScopesThatWereNotRequestedThenAsRecorded() {
        String scope = "openid offline_access urn:logto:scope:organizations read:report";
        assertSameAfter("tokens/refresh.org.promoted-not-requested", "member", Change.PROMOTE, scope, RESOURCES);
        assertSameAfter("errors/refresh.org.promoted-not-requested-named", "member", Change.PROMOTE, scope, RESOURCES);
    }

    @Test
    void refreshWhenSignInDidNotRequestTheOrganizationResourceThenAsRecorded() {
        assertSameAfter(
                "tokens/refresh.org.no-organization-resource-at-sign-in",
                "admin",
                Change.NONE,
                EXPERIMENT,
                List.of(Browser.API));
    }

    @Test
    void refreshWhenConsentToANewScopeWasGivenThenAsRecorded() {
        String id =
                directory.addOrganizationScope("export94889:report", "member").id();
        assertSameAfter(
                "tokens/refresh.org.new-scope-after-reconsent",
                "member",
                Change.NONE,
                EXPERIMENT + " export94889:report",
                RESOURCES);
        directory.deleteOrganizationScope(id);
    }

    private static void assertSameAfter(String path, String role, Change change, String scope, List<String> resources) {
        String organization = tenant.organization();
        String user = tenant.member(organization, role);
        String token = refreshToken(user, scope, resources);
        change.effect.accept(organization, user);
        Recorded recorded = adopt(path, organization, user);
        Answer answer =
                replay(recorded, "demo-server", Map.of("refresh_token", token, "organization_id", organization));
        directory.organizationScopes().where(each -> each.name().startsWith("export94889")).stream()
                .filter(each -> change == Change.NEW_SCOPE)
                .forEach(each -> directory.deleteOrganizationScope(each.id()));
        recorded.assertSameTokenResponse(answer);
    }

    /** Each experiment had its own organization and user. */
    private static Recorded adopt(String path, String organization, String user) {
        Recorded original = recorded(path);
        String theirOrganization =
                original.file().at("/request/form/organization_id").asString();
        String theirUser = original.file().at("/accessTokenClaims/sub").asString("-");
        return recorded(path, Map.of(theirOrganization, organization, "\"" + theirUser + "\"", "\"" + user + "\""));
    }

    private static String refreshToken(String user, String scope, List<String> resources) {
        Answer answer = new Browser(box.endpoint(), user).signIn(TestClient.CONFIDENTIAL, scope, resources, "consent");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.string("refresh_token");
    }
}
