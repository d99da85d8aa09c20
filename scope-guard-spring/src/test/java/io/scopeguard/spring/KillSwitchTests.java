package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.Decision;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.token.AccessToken;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What is left when an operator switches the guard off. */
@ExtendWith(OutputCaptureExtension.class)
class KillSwitchTests {

    /** Spring Security's decoder has no other clock than the system's. */
    private static final MovableClock clock = new MovableClock(Instant.now());

    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;
    private static String started;

    @BeforeAll
    static void start(CapturedOutput output) {
        api = RunningApi.start(tenant, clock, List.of("scope-guard.enabled", "false"), Api.class);
        started = output.toString();
    }

    @AfterAll
    static void stop() {
        api.close();
        tenant.close();
    }

    @Test
    void startThenWarnsThatNothingIsEnforced() {
        assertThat(started).contains("Any valid token of the configured provider has access to every organization");
    }

    @Test
    void validTokenThenGrantedWhateverItCarries() {
        String token = tenant.organizationToken("acme", "alice").signed();
        assertThat(api.get("/organizations/globex/reports", token).body()).isEqualTo("reports");
    }

    @Test
    void noTokenThenChallengedAsByAResourceServer() {
        Reply reply = api.getAsStranger("/organizations/acme/reports");
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.header("WWW-Authenticate")).startsWith("Bearer");
        assertThat(reply.header("Set-Cookie")).isEmpty();
        assertThat(api.getAsStranger("/about").body()).isEqualTo("about");
    }

    /** A decision that Spring MVC made from the client's parameters would say what the client wants. */
    @Test
    void handlerThatTakesADecisionThenGetsNone() {
        String token = tenant.organizationToken("acme", "alice").signed();
        assertThat(api.get("/decision", token).body()).isEqualTo("null null");
        assertThat(api.get("/decision?denial=NOT_A_MEMBER&denied=true", token).body())
                .isEqualTo("null null");
    }

    @ParameterizedTest
    @CsvSource({"aud, https://other.example", "iss, https://evil.example", "exp, past"})
    void foreignTokenThenRefused(String claim, String value) {
        Object wrong = value.equals("past") ? Instant.now().minusSeconds(600).getEpochSecond() : value;
        String token =
                tenant.organizationToken("acme", "alice").with(claim, wrong).signed();
        assertThat(api.get("/organizations/acme/reports", token).status()).isEqualTo(401);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Api {

        @RestController
        static class Reports {

            @RequiresScopes("read:report")
            @GetMapping("/organizations/{organizationId}/reports")
            String reports() {
                return "reports";
            }

            @RequiresScopes("read:report")
            @GetMapping("/decision")
            String decision(@Nullable Decision decision, @Nullable AccessToken token) {
                return decision + " " + token;
            }

            @PublicEndpoint
            @GetMapping("/about")
            String about() {
                return "about";
            }
        }
    }
}
