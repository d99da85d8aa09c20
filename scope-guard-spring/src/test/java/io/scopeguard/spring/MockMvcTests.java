package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.QuickStart;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.http.HttpMethod;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;

/**
 * Tests of an application can use MockMvc, which has no container, and therefore no servlet name and by default no servlet path.
 */
class MockMvcTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);

    private final String acme = TenantServer.newId("acme");
    private final String globex = TenantServer.newId("globex");
    private final String user = tenant.newUser();

    @AfterAll
    static void stop() {
        tenant.close();
    }

    @Test
    void requestWithoutServletPathThenGuarded() {
        tenant.join(acme, user, "read:report");
        run(mvc -> {
            assertGuarded(mvc, "");
            assertThat(get(mvc, "", "/public", null).getContentAsString()).isEqualTo("ok");
            assertThat(get(mvc, "", "/me", null).getStatus()).isEqualTo(401);
            assertThat(send(mvc, HttpMethod.DELETE, "", "/organizations/" + acme + "/reports/1", null)
                            .getStatus())
                    .isEqualTo(401);
        });
    }

    @Test
    void requestWithServletPathThenGuarded() {
        tenant.join(acme, user, "read:report");
        run(mvc -> {
            assertGuarded(mvc, "/v1");
            assertThat(get(mvc, "/v1", "/public", null).getContentAsString()).isEqualTo("ok");
        });
    }

    private void assertGuarded(MockMvc mvc, String servletPath) throws Exception {
        MockHttpServletResponse stranger = get(mvc, servletPath, "/organizations/" + acme + "/reports", null);
        assertThat(stranger.getStatus()).isEqualTo(401);
        assertThat(stranger.getHeader("WWW-Authenticate")).startsWith("Bearer");
        String right = token("read:report");
        assertThat(get(mvc, servletPath, "/organizations/" + acme + "/reports", right)
                        .getContentAsString())
                .isEqualTo("ok");
        assertThat(get(mvc, servletPath, "/organizations/" + globex + "/reports", right)
                        .getContentAsString())
                .contains("organization-mismatch");
        assertThat(get(mvc, servletPath, "/organizations/" + acme + "/export", right)
                        .getContentAsString())
                .contains("insufficient-scope");
    }

    private String token(String... scopes) {
        return tenant.organizationToken(acme, user, scopes).signed();
    }

    private static MockHttpServletResponse get(MockMvc mvc, String servletPath, String path, @Nullable String token)
            throws Exception {
        return send(mvc, HttpMethod.GET, servletPath, path, token);
    }

    private static MockHttpServletResponse send(
            MockMvc mvc, HttpMethod method, String servletPath, String path, @Nullable String token) throws Exception {
        MockHttpServletRequestBuilder request =
                MockMvcRequestBuilders.request(method, servletPath + path).servletPath(servletPath);
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return mvc.perform(request).andReturn().getResponse();
    }

    private void run(Consumer test) {
        new WebApplicationContextRunner()
                .withInitializer(new QuickStart())
                .withBean("scopeGuardClock", Clock.class, () -> clock)
                .withUserConfiguration(GuardedApi.class)
                .withPropertyValues(tenant.properties().entrySet().stream()
                        .map(property -> property.getKey() + "=" + property.getValue())
                        .toArray(String[]::new))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    test.accept(MockMvcBuilders.webAppContextSetup(context.getSourceApplicationContext())
                            .addFilters(context.getBean(FilterChainProxy.class))
                            .build());
                });
    }

    private interface Consumer {

        void accept(MockMvc mvc) throws Exception;
    }
}
