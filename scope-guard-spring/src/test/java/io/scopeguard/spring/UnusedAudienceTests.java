package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Tokens for an audience whose scopes no operation requires. */
class UnusedAudienceTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);

    private final String acme = TenantServer.newId("acme");
    private final String user = tenant.newUser();

    @BeforeEach
    void older() {
        tenant.join(acme, user, "read:report", "read:document");
        clock.advance(Duration.ofMinutes(1));
    }

    @AfterAll
    static void stop() {
        tenant.close();
    }

    @Test
    void getWhenTheResourceIsOursThenTheOperationNamesTheKindToRequest() {
        try (RunningApi api = RunningApi.start(tenant, clock, List.of(), Application.class, OfOrganizations.class)) {
            Reply reply = api.get(
                    "/organizations/" + acme + "/reports",
                    tenant.organizationResourceToken(acme, user, "read:document"));

            assertThat(reply.status()).isEqualTo(403);
            assertThat(reply.body())
                    .contains(
                            "wrong-token-kind",
                            "This operation takes an organization token: request one without a resource.");
            assertThat(api.get("/me", tenant.resourceToken(user)).status()).isEqualTo(200);
        }
    }

    /** An organization token may have been issued for any API of the tenant. */
    @Test
    void getWhenNothingTakesOrganizationTokensThenTheyAreInvalid() {
        try (RunningApi api = RunningApi.start(
                tenant,
                clock,
                List.of("scope-guard.default-audience", TenantServer.RESOURCE),
                Application.class,
                OfResource.class)) {
            for (String path : List.of("/me", "/documents")) {
                Reply reply = api.get(path, tenant.organizationToken(acme, user, "read:report"));

                assertThat(reply.status()).isEqualTo(401);
                assertThat(reply.body()).contains("invalid-token");
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @RestController
        static class Handlers {

            @GetMapping("/me")
            String me() {
                return "me";
            }
        }
    }

    @RestController
    static class OfOrganizations {

        @RequiresScopes("read:report")
        @GetMapping("/organizations/{organizationId}/reports")
        String reports(@PathVariable String organizationId) {
            return organizationId;
        }
    }

    @RestController
    static class OfResource {

        @RequiresScopes(value = "read:document", organizationFrom = OrganizationSource.NONE)
        @GetMapping("/documents")
        String documents() {
            return "documents";
        }
    }
}
