package io.scopeguard.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A delivery of the provider reaches the API: with a max-age of an hour, no read could notice the change in time. */
@Tag("thorough")
class WebhookDemoTests {

    private RunningDemo demo;

    @BeforeEach
    void start() {
        demo = RunningDemo.start("--scope-guard.permissions.max-age=1h", "--scope-guard.permissions.max-stale=1h");
    }

    @AfterEach
    void stop() {
        demo.close();
    }

    @Test
    void getWhenTheMemberWasRemovedThenForbiddenAtOnce() throws Exception {
        String bob = demo.organizationToken("bob", "acme", "read:report");
        assertThat(reports(bob)).isEqualTo(200);

        demo.management("DELETE", "/organizations/acme/users/bob", "");

        assertThat(reportsOnce(bob, 403)).isEqualTo(403);
    }

    @Test
    void getWhenTheUserWasSuspendedThenUnauthorizedAtOnce() throws Exception {
        String alice = demo.organizationToken("alice", "acme", "read:report");
        assertThat(reports(alice)).isEqualTo(200);

        demo.management("PATCH", "/users/alice/is-suspended", "{\"isSuspended\":true}");

        assertThat(reportsOnce(alice, 401)).isEqualTo(401);
    }

    @Test
    void getWhenTheScopeWasTakenFromTheRoleThenForbiddenAtOnce() throws Exception {
        String bob = demo.organizationToken("bob", "acme", "read:report");
        assertThat(reports(bob)).isEqualTo(200);

        demo.management("DELETE", "/organization-roles/member/scopes/read-report", "");

        assertThat(reportsOnce(bob, 403)).isEqualTo(403);
    }

    /** The reason for max-age: the provider does not report this change. */
    @Test
    void getWhenTheRoleWasTakenFromTheMemberThenGrantedWithinMaxAge() throws Exception {
        String bob = demo.organizationToken("bob", "acme", "read:report");
        String alice = demo.organizationToken("alice", "acme", "read:report");
        assertThat(reports(bob)).isEqualTo(200);
        assertThat(reports(alice)).isEqualTo(200);

        demo.management("PUT", "/organizations/acme/users/bob/roles", "{\"organizationRoleNames\":[]}");
        demo.management("DELETE", "/organizations/acme/users/alice", "");

        assertThat(reportsOnce(alice, 403)).isEqualTo(403);
        assertThat(reports(bob)).isEqualTo(200);
    }

    private int reports(String token) throws Exception {
        return demo.get("/organizations/acme/reports", token).statusCode();
    }

    /** The delivery may arrive after the response to the change. */
    private int reportsOnce(String token, int expected) throws Exception {
        Instant end = Instant.now().plus(Duration.ofSeconds(120));
        int status = reports(token);
        while (status != expected && Instant.now().isBefore(end)) {
            Thread.sleep(10);
            status = reports(token);
        }
        return status;
    }
}
