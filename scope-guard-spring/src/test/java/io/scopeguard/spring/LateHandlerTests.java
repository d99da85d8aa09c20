package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Handlers that are registered while the application is running are guarded. Requests are denied where start-up would have failed.
 */
class LateHandlerTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;

    private final String acme = TenantServer.newId("acme");
    private final String globex = TenantServer.newId("globex");
    private final String user = tenant.newUser();

    @BeforeAll
    static void start() {
        api = RunningApi.start(tenant, clock, List.of(), Application.class);
        register("ofOrganization", "/organizations/{organizationId}/late");
        register("ofOrganization", "/late");
        register("global", "/global");
        register("global", "/organizations/{organizationId}/global");
        register("expression", "/organizations/{organizationId}/expression");
        register("contradiction", "/organizations/{organizationId}/contradiction");
    }

    @AfterAll
    static void stop() {
        api.close();
        tenant.close();
    }

    @BeforeEach
    void older() {
        clock.advance(Duration.ofMinutes(1));
        Late.calls.set(0);
        tenant.join(acme, user, "read:report");
        tenant.grant(user, "read:document");
    }

    private static void register(String name, String path) {
        Method method = ReflectionUtils.findMethod(Late.class, name);
        assertThat(method).isNotNull();
        api.bean(RequestMappingHandlerMapping.class)
                .registerMapping(RequestMappingInfo.paths(path).build(), new Late(), method);
    }

    @Test
    void requestThenDecidedAsForAnyHandler() {
        String path = "/organizations/" + acme + "/late";
        assertThat(api.getAsStranger(path).status()).isEqualTo(401);
        assertThat(api.get("/organizations/" + globex + "/late", ofAcme("read:report"))
                        .body())
                .contains("organization-mismatch");
        assertThat(api.get(path, ofAcme("write:report")).body()).contains("insufficient-scope");
        assertThat(Late.calls).hasValue(0);
        assertThat(api.get(path, ofAcme("read:report")).body()).isEqualTo("late");
        assertThat(api.get("/global", ofResource()).body()).isEqualTo("late");
    }

    @Test
    void requestWhenPathNamesNoOrganizationThenRefused() {
        Reply reply = api.get("/late", ofAcme("read:report"));
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.body()).contains("The request names no organization.");
        assertThat(Late.calls).hasValue(0);
    }

    @Test
    void requestWhenGlobalAndPathNamesOrganizationThenRefused() {
        assertThat(api.get("/organizations/" + globex + "/global", ofResource()).status())
                .isBetween(401, 403);
        assertThat(Late.calls).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"expression", "contradiction"})
    void requestWhenAnnotationsCannotBeEnforcedThenNotHandled(String handler) {
        String path = "/organizations/" + acme + "/" + handler;
        assertThat(api.getAsStranger(path).status()).isGreaterThanOrEqualTo(401);
        assertThat(api.get(path, ofAcme("read:report")).status()).isEqualTo(500);
        assertThat(Late.calls).hasValue(0);
    }

    private String ofAcme(String... scopes) {
        return tenant.organizationToken(acme, user, scopes).signed();
    }

    private String ofResource() {
        return tenant.resourceToken(user, "read:document").signed();
    }

    @ResponseBody
    static class Late {

        static final AtomicInteger calls = new AtomicInteger();

        @RequiresScopes("read:report")
        public String ofOrganization() {
            return late();
        }

        @RequiresScopes(
                value = "read:document",
                audience = TenantServer.RESOURCE,
                organizationFrom = OrganizationSource.NONE)
        public String global() {
            return late();
        }

        @RequiresScopes(value = "read:report", organization = "#organization")
        public String expression() {
            return late();
        }

        @PublicEndpoint
        @RequiresScopes("read:report")
        public String contradiction() {
            return late();
        }

        private static String late() {
            calls.incrementAndGet();
            return "late";
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        /** Declares at start-up that tokens for the resource are accepted. */
        @RestController
        static class Documents {

            @RequiresScopes(value = "read:document", audience = TenantServer.RESOURCE)
            @GetMapping("/documents")
            String documents() {
                return "documents";
            }
        }
    }
}
