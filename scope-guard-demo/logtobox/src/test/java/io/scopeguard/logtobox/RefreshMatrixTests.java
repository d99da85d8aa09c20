package io.scopeguard.logtobox;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The result of a refresh after a change: the rows of the matrix, for every kind of token and of client. */
@DisplayName("refresh matrix")
class RefreshMatrixTests {

    private static final Set<String> ALL_REPORTS =
            Set.of("read:report", "write:report", "delete:report", "invite:member");
    private static final Set<String> ALL_DOCUMENTS = Set.of("read:document", "write:document", "delete:document");
    private static final List<String> RESOURCES = List.of(Browser.ORGANIZATIONS, Browser.API);

    private static final MovableClock CLOCK = MovableClock.atNoon();
    private static LogtoBox box;
    private static Directory directory;
    private static Tenant tenant;
    private static Http http;

    @BeforeAll
    static void start() {
        box = LogtoBox.builder().port(0).clock(CLOCK).start();
        directory = box.directory();
        tenant = new Tenant(box);
        http = new Http(box.endpoint());
    }

    @AfterAll
    static void stop() {
        box.close();
    }

    /** A signed-in user with a refresh token, which the box rotates. */
    private static final class Holder {

        final TestClient client;
        final String organization = tenant.organization();
        final String user;
        final Browser browser;
        String refreshToken;

        Holder(TestClient client, String role, String scope) {
            this.client = client;
            this.user = role.isEmpty() ? tenant.member(organization) : tenant.member(organization, role);
            this.browser = new Browser(box.endpoint(), user);
            signIn(scope, "consent");
        }

        static Holder of(TestClient client, String role) {
            return new Holder(client, role, Browser.ALL_SCOPES);
        }

        void signIn(String scope, String prompt) {
            Answer answer = browser.signIn(client, scope, RESOURCES, prompt);
            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            refreshToken = answer.string("refresh_token");
        }

        /** Kind (a): an organization token. */
        Answer organizationToken(String... more) {
            return refresh(with(more, "organization_id", organization));
        }

        /** Kind (b): a token for the API in an organization. */
        Answer organizationResourceToken(String... more) {
            return refresh(with(more, "organization_id", organization, "resource", Browser.API));
        }

        /** Kind (c): a token for the API in general. */
        Answer resourceToken(String... more) {
            return refresh(with(more, "resource", Browser.API));
        }

        private Answer refresh(List<String> parameters) {
            List<String> form = new ArrayList<>(List.of("grant_type", "refresh_token", "refresh_token", refreshToken));
            form.addAll(parameters);
            Answer answer = client.token(http, form.toArray(String[]::new));
            if (answer.status() == 200) {
                assertRotation(answer.string("refresh_token"));
                refreshToken = answer.string("refresh_token");
            }
            return answer;
        }

        /**
         * The refresh token of a public client changes each time; that of a confidential client does not change while it is young.
         */
        private void assertRotation(String successor) {
            assertThat(successor.equals(refreshToken)).isEqualTo(client == TestClient.CONFIDENTIAL);
        }

        private static List<String> with(String[] more, String... parameters) {
            List<String> all = new ArrayList<>(Arrays.asList(parameters));
            all.addAll(Arrays.asList(more));
            return all;
        }
    }

    private static void assertScopes(Answer answer, Set<String> expected) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(Scopes.of(answer.string("scope"))).isEqualTo(expected);
        assertThat(Scopes.of(Jwt.of(answer.string("access_token")).claim("scope")))
                .isEqualTo(expected);
    }

    private static void assertRefused(Answer answer, int status, String error, String description) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.string("code")).isEqualTo("oidc." + error);
        assertThat(answer.string("error")).isEqualTo(error);
        assertThat(answer.string("error_description")).isEqualTo(description);
    }

    private static void assertInvalidScope(Answer answer, String scope) {
        assertRefused(answer, 400, "invalid_scope", "refresh token missing requested scope");
        assertThat(answer.string("scope")).isEqualTo(scope);
    }

    private static void assertNotAMember(Answer answer) {
        assertRefused(answer, 403, "access_denied", "user is not a member of the organization");
    }

    private static void assertInvalidGrant(Answer answer) {
        assertRefused(answer, 400, "invalid_grant", "grant request is invalid");
    }

    @ParameterizedTest
    @EnumSource(
            value = TestClient.class,
            names = {"PUBLIC", "CONFIDENTIAL"})
    void demotedThenScopeShrinksAtOnce(TestClient client) {
        Holder holder = Holder.of(client, "admin");
        assertScopes(holder.organizationToken(), ALL_REPORTS);
        assertScopes(holder.organizationResourceToken(), ALL_DOCUMENTS);
        directory.setRoles(holder.organization, holder.user, "member");
        assertScopes(holder.organizationToken(), Set.of("read:report"));
        assertScopes(holder.organizationResourceToken(), Set.of("read:document"));
        assertScopes(holder.resourceToken(), Set.of("read:document"));
        assertScopes(holder.organizationToken("scope", "write:report"), Set.of());
        directory.setRoles(holder.organization, holder.user);
        assertScopes(holder.organizationToken(), Set.of());
        assertScopes(holder.organizationResourceToken(), Set.of());
    }

    @ParameterizedTest
    @EnumSource(
            value = TestClient.class,
            names = {"PUBLIC", "CONFIDENTIAL"})
    void scopeTakenFromRoleThenScopeShrinksAtOnce(TestClient client) {
        String name = tenant.freshScopeName("share");
        String id = directory.addOrganizationScope(name, "admin").id();
        Holder holder = new Holder(client, "admin", Browser.ALL_SCOPES + " " + name);
        assertThat(Scopes.of(holder.organizationToken().string("scope"))).contains(name);
        directory.deleteOrganizationScope(id);
        assertScopes(holder.organizationToken(), ALL_REPORTS);
    }

    @ParameterizedTest
    @EnumSource(
            value = TestClient.class,
            names = {"PUBLIC", "CONFIDENTIAL"})
    void refreshWhenPromotedToRequestedScopesThenOnlyTheOrganizationTokenGainsThem(TestClient client) {
        Holder holder = Holder.of(client, "member");
        assertScopes(holder.organizationToken(), Set.of("read:report"));
        assertScopes(holder.organizationResourceToken(), Set.of("read:document"));
        directory.setRoles(holder.organization, holder.user, "admin");
        assertScopes(holder.organizationToken(), ALL_REPORTS);
        assertScopes(holder.organizationResourceToken(), Set.of("read:document"));
        assertScopes(holder.resourceToken(), Set.of("read:document"));
        assertInvalidScope(holder.organizationResourceToken("scope", "write:document"), "write:document");
        holder.signIn(Browser.ALL_SCOPES, "consent");
        assertScopes(holder.organizationResourceToken(), ALL_DOCUMENTS);
        assertScopes(holder.resourceToken(), ALL_DOCUMENTS);
    }

    @ParameterizedTest
    @EnumSource(
            value = TestClient.class,
            names = {"PUBLIC", "CONFIDENTIAL"})
    void refreshWhenPromotedToScopesThatWereNotRequestedThenNoTokenGainsThem(TestClient client) {
        Holder holder = new Holder(
                client, "member", "openid offline_access urn:logto:scope:organizations read:report read:document");
        directory.setRoles(holder.organization, holder.user, "admin");
        assertScopes(holder.organizationToken(), Set.of("read:report"));
        assertInvalidScope(holder.organizationToken("scope", "write:report"), "write:report");
        assertScopes(holder.organizationResourceToken(), Set.of("read:document"));
        assertInvalidScope(holder.organizationResourceToken("scope", "write:document"), "write:document");
        assertScopes(holder.resourceToken(), Set.of("read:document"));
    }

    @ParameterizedTest
    @EnumSource(
            value = TestClient.class,
            names = {"PUBLIC", "CONFIDENTIAL"})
    void refreshWhenAnOrganizationScopeIsNewThenOnlyANewAuthorizationDeliversIt(TestClient client) {
        String name = tenant.freshScopeName("export");
        Holder holder = new Holder(client, "member", Browser.ALL_SCOPES + " " + name);
        directory.addOrganizationScope(name, "member");
        assertScopes(holder.organizationToken(), Set.of("read:report"));
        assertInvalidScope(holder.organizationToken("scope", name), name);
        String old = holder.refreshToken;
        holder.signIn(Browser.ALL_SCOPES + " " + name, "consent");
        assertScopes(holder.organizationToken(), Set.of("read:report", name));
        holder.refreshToken = old;
        assertScopes(holder.organizationToken(), Set.of("read:report"));
        directory.deleteOrganizationScope(directory
                .organizationScopes()
                .where(scope -> scope.name().equals(name))
                .get(0)
                .id());
    }

    @ParameterizedTest
    @EnumSource(
            value = TestClient.class,
            names = {"PUBLIC", "CONFIDENTIAL"})
    void refreshWhenAResourceScopeIsNewThenOnlyANewAuthorizationDeliversIt(TestClient client) {
        String name = tenant.freshScopeName("sign");
        Holder holder = new Holder(client, "member", Browser.ALL_SCOPES + " " + name);
        String id = directory.addResourceScope(Browser.API, name, "member").id();
        assertScopes(holder.organizationResourceToken(), Set.of("read:document"));
        assertInvalidScope(holder.organizationResourceToken("scope", name), name);
        assertScopes(holder.resourceToken(), Set.of("read:document"));
        holder.signIn(Browser.ALL_SCOPES + " " + name, "consent");
        assertScopes(holder.organizationResourceToken(), Set.of("read:document", name));
        assertScopes(holder.resourceToken(), Set.of("read:document", name));
        directory.deleteResourceScope(id);
    }

    @ParameterizedTest
    @EnumSource(
            value = TestClient.class,
            names = {"PUBLIC", "CONFIDENTIAL"})
    void authorizeWhenASessionExistsThenNoPageIsShown(TestClient client) {
        Holder holder = Holder.of(client, "member");
        Answer token = holder.browser.redeem(
                client,
                holder.browser
                        .authorizeSilently(client, Browser.ALL_SCOPES, RESOURCES)
                        .get("code"));
        assertThat(token.status()).isEqualTo(200);
        assertThat(token.json().has("refresh_token")).isEqualTo(client == TestClient.CONFIDENTIAL);
    }

    @ParameterizedTest
    @EnumSource(
            value = TestClient.class,
            names = {"PUBLIC", "CONFIDENTIAL"})
    void refreshWhenRemovedFromTheOrganizationThenNoLongerAMember(TestClient client) {
        assertNoLongerMember(client, (organization, user) -> directory.removeMember(organization, user));
    }

    @ParameterizedTest
    @EnumSource(
            value = TestClient.class,
            names = {"PUBLIC", "CONFIDENTIAL"})
    void refreshWhenTheOrganizationIsDeletedThenNoLongerAMember(TestClient client) {
        assertNoLongerMember(client, (organization, user) -> directory.deleteOrganization(organization));
    }

    private static void assertNoLongerMember(TestClient client, BiConsumer<String, String> change) {
        Holder holder = Holder.of(client, "admin");
        change.accept(holder.organization, holder.user);
        assertNotAMember(holder.organizationToken());
        assertNotAMember(holder.organizationResourceToken());
        assertScopes(holder.resourceToken(), Set.of());
    }

    @ParameterizedTest
    @EnumSource(
            value = TestClient.class,
            names = {"PUBLIC", "CONFIDENTIAL"})
    void readdedThenRolesAreNotRestored(TestClient client) {
        Holder holder = Holder.of(client, "admin");
        directory.removeMember(holder.organization, holder.user);
        directory.addMember(holder.organization, holder.user);
        assertScopes(holder.organizationToken(), Set.of());
    }

    @ParameterizedTest
    @EnumSource(
            value = TestClient.class,
            names = {"PUBLIC", "CONFIDENTIAL"})
    void refreshWhenTheMembershipIsNewThenItsScopesAreDelivered(TestClient client) {
        Holder holder = Holder.of(client, "member");
        String another = tenant.organization();
        directory.addMember(another, holder.user);
        directory.setRoles(another, holder.user, "admin");
        Answer answer = client.token(
                http, "grant_type", "refresh_token", "refresh_token", holder.refreshToken, "organization_id", another);
        assertScopes(answer, ALL_REPORTS);
    }

    @ParameterizedTest
    @EnumSource(
            value = TestClient.class,
            names = {"PUBLIC", "CONFIDENTIAL"})
    void suspendedThenDeadForGood(TestClient client) {
        Holder holder = Holder.of(client, "admin");
        directory.suspend(holder.user, true);
        assertInvalidGrant(holder.organizationToken());
        assertInvalidGrant(holder.organizationResourceToken());
        assertInvalidGrant(holder.resourceToken());
        directory.suspend(holder.user, false);
        assertInvalidGrant(holder.organizationToken());
        assertThat(holder.browser.isAskedToSignIn(client)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            value = TestClient.class,
            names = {"PUBLIC", "CONFIDENTIAL"})
    void deletedThenInvalidGrant(TestClient client) {
        Holder holder = Holder.of(client, "admin");
        directory.deleteUser(holder.user);
        assertInvalidGrant(holder.organizationToken());
        assertInvalidGrant(holder.organizationResourceToken());
        assertInvalidGrant(holder.resourceToken());
    }

    @ParameterizedTest
    @EnumSource(
            value = TestClient.class,
            names = {"PUBLIC", "CONFIDENTIAL"})
    void refreshWhenTheOrganizationRequiresMfaThenRefusedUntilItIsConfigured(TestClient client) {
        Holder holder = Holder.of(client, "admin");
        directory.organizations().update(holder.organization, each -> each.withMfaRequired(true));
        String description = "organization requires MFA but user has no MFA configured";
        assertRefused(holder.organizationToken(), 403, "access_denied", description);
        assertRefused(holder.organizationResourceToken(), 403, "access_denied", description);
        assertScopes(holder.resourceToken(), ALL_DOCUMENTS);
        directory.mfaFactors().add(holder.user, List.of("Totp"));
        assertScopes(holder.organizationToken(), ALL_REPORTS);
    }

    @ParameterizedTest
    @EnumSource(
            value = TestClient.class,
            names = {"PUBLIC", "CONFIDENTIAL"})
    void refreshWhenTheTokenIsFourteenDaysOldThenInvalidGrant(TestClient client) {
        Holder holder = Holder.of(client, "admin");
        CLOCK.advance(Duration.ofDays(14).minusSeconds(1));
        assertThat(client.token(http, "grant_type", "refresh_token", "refresh_token", holder.refreshToken)
                        .status())
                .isEqualTo(200);
        Holder other = Holder.of(client, "admin");
        CLOCK.advance(Duration.ofDays(14));
        assertInvalidGrant(other.organizationToken());
    }

    @ParameterizedTest
    @EnumSource(
            value = TestClient.class,
            names = {"PUBLIC", "CONFIDENTIAL"})
    void refreshWhenAReplacedTokenIsSentAfterTheLeewayThenTheGrantIsRevoked(TestClient client) {
        Holder holder = Holder.of(client, "admin");
        if (client == TestClient.CONFIDENTIAL) {
            CLOCK.advance(Duration.ofDays(10)); // 70 % of its lifetime: from here on, it is replaced as well.
        }
        String first = holder.refreshToken;
        String[] again = {"grant_type", "refresh_token", "refresh_token", first};
        String second = client.token(http, again).string("refresh_token");
        assertThat(second).isNotEqualTo(first);
        CLOCK.advance(Duration.ofSeconds(3));
        String third = client.token(http, again).string("refresh_token");
        assertThat(third).isNotEmpty().isNotEqualTo(first);
        CLOCK.advance(Duration.ofMillis(1));
        assertInvalidGrant(client.token(http, again));
        assertInvalidGrant(client.token(http, "grant_type", "refresh_token", "refresh_token", second));
        assertInvalidGrant(client.token(http, "grant_type", "refresh_token", "refresh_token", third));
    }
}
