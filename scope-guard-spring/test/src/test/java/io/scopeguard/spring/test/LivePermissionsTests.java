package io.scopeguard.spring.test;

import static io.scopeguard.spring.test.TestAccessToken.organizationToken;
import static io.scopeguard.spring.test.TestAccessToken.resourceToken;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** The whole application. Its configured provider is never called: the address does not exist (RFC 6761). */
@SpringBootTest
@AutoConfigureMockMvc
@AutoConfigureTestIdentityProvider
@TestMethodOrder(MethodOrderer.Random.class)
class LivePermissionsTests {

    private static final TestAccessToken ALL = organizationToken("acme").scopes("read:report", "delete:report");

    @Autowired
    private MockMvcTester mvc;

    @Autowired
    TestPermissions permissions;

    @Test
    void refusesDemotedMembers() {
        TestAccessToken token = organizationToken("acme").scopes("read:report", "delete:report");
        permissions.in("acme").revoke("delete:report");

        MvcTestResult read =
                mvc.get().uri("/organizations/acme/reports").with(token).exchange();

        assertThat(read).hasStatusOk().containsHeader("Scope-Drift");
        assertThat(mvc.delete().uri("/organizations/acme/reports/1").with(token))
                .hasStatus(403);
    }

    @Autowired
    private Archive archive;

    private MvcTestResult read(TestAccessToken token) {
        return mvc.get().uri("/organizations/acme/reports").with(token).exchange();
    }

    private MvcTestResult delete(TestAccessToken token) {
        return mvc.delete().uri("/organizations/acme/reports/1").with(token).exchange();
    }

    /** Repeated, because one test must not affect the next. */
    @RepeatedTest(2)
    void revokedScopeThenDeniedAndHinted() {
        assertThat(delete(ALL)).hasStatusOk().doesNotContainHeader("Scope-Drift");

        permissions.in("acme").revoke("delete:report");

        assertThat(delete(ALL)).hasStatus(403);
        assertThat(read(ALL)).hasStatusOk();
        assertThat(read(ALL).getResponse().getHeader("Scope-Drift"))
                .contains("action=refresh", "demoted=(\"delete:report\")", "organization=\"acme\"");
    }

    @Test
    void promotedScopeThenHintedAndGrantedByTheNextToken() {
        TestAccessToken old = organizationToken("acme").scopes("read:report");
        assertThat(read(old)).hasStatusOk().doesNotContainHeader("Scope-Drift");

        permissions.in("acme").promote("invite:member");

        assertThat(read(old).getResponse().getHeader("Scope-Drift"))
                .contains("action=refresh", "promoted=(\"invite:member\")");
        assertThat(mvc.get()
                        .uri("/organizations/acme/invitations")
                        .with(organizationToken("acme").scopes("read:report", "invite:member")))
                .hasStatusOk();
    }

    /** Repeated, because in the next test the scope is not new, and no client was asked for it. */
    @RepeatedTest(2)
    void introducedScopeThenConsentIsAskedFor() {
        TestAccessToken old = organizationToken("acme").scopes("read:report");
        permissions.introduce("invite:member");
        permissions.in("acme").promote("invite:member");

        assertThat(read(old).getResponse().getHeader("Scope-Drift"))
                .contains("action=reconsent", "new=(\"invite:member\")");
        assertThat(mvc.get().uri("/organizations/acme/invitations").with(old))
                .hasStatus(403)
                .bodyText()
                .contains("\"action\":\"reconsent\"");
        assertThat(read(organizationToken("acme").scopes("read:report", "invite:member")))
                .doesNotContainHeader("Scope-Drift");
    }

    @Test
    void memberLeavesThenNotAMemberUntilRejoined() {
        assertThat(read(ALL)).hasStatusOk();
        permissions.in("acme").leave();
        assertThat(read(ALL)).hasStatus(403).bodyText().contains("not-a-member");
        permissions.in("acme").rejoin();
        assertThat(read(ALL)).hasStatusOk();
    }

    @Test
    void suspendedUserThenUnauthorizedEverywhere() {
        TestAccessToken alices = ALL.user("alice");
        assertThat(read(alices)).hasStatusOk();
        permissions.user("alice").suspend();
        assertThat(read(alices)).hasStatus(401).bodyText().contains("invalid-token");
        assertThat(read(ALL)).hasStatusOk();
        permissions.user("alice").reactivate();
        assertThat(read(alices)).hasStatusOk();
    }

    @Test
    void roleThenHeldByTheTokenUntilUnassigned() {
        TestAccessToken token = organizationToken("acme").roles("treasurer");
        assertThat(mvc.get().uri("/organizations/acme/bills").with(token)).hasStatusOk();
        permissions.in("acme").unassign("treasurer");
        assertThat(mvc.get().uri("/organizations/acme/bills").with(token))
                .hasStatus(403)
                .bodyText()
                .contains("insufficient-role");
    }

    @Test
    void assignedRoleThenGrantedToATokenWithoutRoles() {
        TestAccessToken token = organizationToken("acme");
        assertThat(mvc.get().uri("/organizations/acme/bills").with(token)).hasStatus(403);
        permissions.in("acme").assign("treasurer");
        assertThat(mvc.get().uri("/organizations/acme/bills").with(token)).hasStatusOk();
    }

    @Test
    void globalRoleThenGranted() {
        TestAccessToken token = organizationToken("acme");
        assertThat(mvc.get().uri("/organizations/acme/exports").with(token)).hasStatus(403);
        permissions.globally().assign("paid-tier");
        assertThat(mvc.get().uri("/organizations/acme/exports").with(token)).hasStatusOk();
    }

    @Test
    void resourceTokenThenGrantedUntilRevokedGlobally() {
        TestAccessToken token = resourceToken("https://api.example.com").scopes("read:document");
        assertThat(mvc.get().uri("/documents").with(token)).hasStatusOk();
        permissions.globally().revoke("read:document");
        assertThat(mvc.get().uri("/documents").with(token)).hasStatus(403);
        assertThat(mvc.get().uri("/documents").with(ALL))
                .hasStatus(403)
                .bodyText()
                .contains("wrong-token-kind");
        assertThat(mvc.get().uri("/documents").with(resourceToken("https://other.example.com")))
                .hasStatus(401)
                .bodyText()
                .contains("scope-guard.resources");
    }

    @Test
    void unavailableProviderThenTokenDecides() {
        TestAccessToken daves = ALL.user("dave");
        permissions.makeUnavailable();
        assertThat(read(daves)).hasStatusOk();
        permissions.makeAvailable();
        permissions.user("dave").in("acme").revoke("read:report");
        assertThat(read(daves)).hasStatus(403);
    }

    @Test
    void applicationTokenThenItsOwnPermissions() {
        TestAccessToken agent = organizationToken("acme").application("agent").scopes("read:report");
        assertThat(read(agent)).hasStatusOk();
        permissions.application("agent").in("acme").revoke("read:report");
        assertThat(read(agent)).hasStatus(403);
    }

    @Test
    @WithOrganizationToken(organization = "acme", scopes = "delete:report")
    void guardedMethodThenHeldAgainstLivePermissions() {
        assertThat(archive.wipe("acme")).isEqualTo("acme");
        assertThatThrownBy(() -> archive.wipe("globex")).isInstanceOf(AccessDeniedException.class);
        permissions.in("acme").revoke("delete:report");
        assertThatThrownBy(() -> archive.wipe("acme")).isInstanceOf(AccessDeniedException.class);
    }

    @Test
    void publicHandlerThenOpen() {
        assertThat(mvc.get().uri("/about")).hasStatusOk();
    }
}
