package io.scopeguard.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.scopeguard.logtobox.LogtoBox;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Runs {@code walkthrough.sh} with the embedded provider, like a user. */
class WalkthroughTests {

    private static final String ADMIN = "delete:report invite:member read:report write:report";

    private static ConfigurableApplicationContext application;
    private static LogtoBox box;

    @BeforeAll
    static void start() {
        for (String program : List.of("bash", "curl", "jq")) {
            assumeTrue(Command.exists(program), () -> program + " is not on the path");
        }
        application = new SpringApplicationBuilder(DemoApplication.class)
                .initializers(new EmbeddedProvider())
                .run(
                        "--server.port=0",
                        "--demo.provider.port=0",
                        "--scope-guard.permissions.max-age=1ms",
                        "--scope-guard.logto.calls-per-second=1000",
                        "--scope-guard.logto.timeout=30s",
                        "--scope-guard.permissions.max-wait=60s");
        box = application.getBean(LogtoBox.class);
    }

    @AfterAll
    static void stop() {
        if (application != null) {
            application.close();
        }
    }

    private static Command.Result walk(Map<String, String> settings) throws Exception {
        Map<String, String> environment = new HashMap<>(Map.of(
                "LOGTO",
                box.endpoint().toString(),
                "API",
                "http://localhost:" + application.getEnvironment().getProperty("local.server.port"),
                "WAIT",
                "0",
                "PATIENCE",
                "120"));
        environment.putAll(settings);
        return Command.run(List.of("bash", "walkthrough.sh"), Path.of("."), environment);
    }

    @Test
    void walkWhenAllIsWellThenShowsEachStepAndRestoresTheTenant() throws Exception {
        Command.Result walk = walk(Map.of());

        assertThat(walk.status()).as(walk.output()).isZero();
        assertThat(walk.output())
                .containsSubsequence(
                        "== alice is admin in acme, with a fresh token",
                        "token carries  " + ADMIN,
                        "the API says   HTTP/1.1 200",
                        "== Demoted to member",
                        "token carries  " + ADMIN,
                        "user may now   read:report\n",
                        "== A new token carries less",
                        "token carries  read:report\n",
                        "== Promoted to admin",
                        "token carries  read:report\n",
                        "user may now   " + ADMIN,
                        "== A new token carries more",
                        "token carries  " + ADMIN,
                        "== A scope that did not exist, export:report, is added to admin",
                        "the API says   HTTP/1.1 403",
                        "== A new token by exchange carries it",
                        "token carries  delete:report export:report",
                        "the API says   HTTP/1.1 200",
                        "The tenant is as it was: alice may " + ADMIN);
    }

    @Test
    void walkWhenTokenExchangeIsNotAllowedThenSaysSo() throws Exception {
        box.directory().principalRoles().add("demo-agent", List.of("management-api-access"));

        Command.Result walk = walk(Map.of("CLIENT_ID", "demo-agent", "CLIENT_SECRET", "demo-agent-secret"));

        assertThat(walk.status()).as(walk.output()).isEqualTo(1);
        assertThat(walk.output())
                .contains(box.endpoint() + " issues no token of alice for acme by token exchange: invalid_request")
                .contains("Allow token exchange in the settings of the application demo-agent.")
                .endsWith("The tenant is as it was: alice may " + ADMIN + "\n")
                .doesNotContain("demo-agent-secret");
    }

    @Test
    void walkWhenTheManagementApiIsClosedThenSaysSo() throws Exception {
        Command.Result walk = walk(Map.of("CLIENT_SECRET", "another-secret"));

        assertThat(walk.status()).as(walk.output()).isEqualTo(1);
        assertThat(walk.output())
                .isEqualTo("No access to the Management API at " + box.endpoint()
                        + ": check CLIENT_ID, CLIENT_SECRET and MANAGEMENT_API.\n");
    }
}
