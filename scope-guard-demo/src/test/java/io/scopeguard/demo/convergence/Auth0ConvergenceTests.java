package io.scopeguard.demo.convergence;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.auth0.FakeAuth0;
import io.scopeguard.auth0.FakeSignIn;
import io.scopeguard.logtobox.Answer;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.net.http.HttpHeaders;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** After changes at Auth0, which is a fake here, a client that follows the responses ends up with the right token. */
@Tag("thorough")
class Auth0ConvergenceTests {

    private static final Duration A_LOOK = Duration.ofSeconds(35);
    private static final AtomicInteger COUNTER = new AtomicInteger();

    private static final MovableClock clock = MovableClock.atNoon();
    private static final FakeAuth0 tenant = new FakeAuth0(clock)
            .api(FakeAuth0.API, true, "rfc9068_profile", "RS256")
            .role("rol_reader", "read:report")
            .role("rol_writer", "read:report", "write:report");

    private static Guard guard;

    private static final Pace PACE = Pace.of(clock, () -> guard.isReading());

    @BeforeAll
    static void start() {
        guard = Guard.start(
                Map.of(
                        "server.port",
                        0,
                        "logging.level.root",
                        "warn",
                        "scope-guard.resources",
                        FakeAuth0.API,
                        "scope-guard.permissions.max-wait",
                        "60s",
                        "scope-guard.auth0.domain",
                        tenant.url(),
                        "scope-guard.auth0.client-id",
                        FakeAuth0.CLIENT,
                        "scope-guard.auth0.client-secret",
                        FakeAuth0.SECRET,
                        "scope-guard.auth0.calls-per-second",
                        1_000,
                        "scope-guard.default-audience",
                        FakeAuth0.API,
                        "scope-guard.auth0.timeout",
                        "30s"),
                context -> {
                    context.registerBean("scopeGuardClock", Clock.class, () -> clock);
                    context.registerBean("scopeGuardSteadyClock", SteadyClock.class, clock::steady);
                });
    }

    @AfterAll
    static void stop() {
        guard.close();
        tenant.close();
    }

    /** A session, whose refreshes deliver the scopes that are permitted at that time and were requested at the sign-in. */
    private static final class Session implements Tokens {

        private final String user;
        private final Set<String> requested = new LinkedHashSet<>();
        private FakeSignIn signIn;

        Session(String user, String... scopes) {
            this.user = user;
            requested.addAll(Set.of(scopes));
            signIn = signIn();
        }

        private FakeSignIn signIn() {
            return tenant.signIn(user, "org_acme", requested.toArray(String[]::new));
        }

        @Override
        public Answer refresh(Set<String> named) {
            String token = "{\"access_token\":\"" + signIn.token() + "\"}";
            return new Answer(200, token, HttpHeaders.of(Map.of(), (name, value) -> true));
        }

        @Override
        public boolean reconsent(Set<String> named) {
            requested.addAll(named);
            signIn = signIn();
            return true;
        }
    }

    private static ObedientClient page(String user, String... requested) {
        return new ObedientClient(new Session(user, requested), guard::get, PACE, "/organizations/org_acme/reports");
    }

    private static void work(ObedientClient page, int times) {
        for (int i = 0; i < times; i++) {
            page.call();
            PACE.pass(A_LOOK);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // before, after, requested, end state, refreshes, reconsents, useless
        "rol_writer, rol_reader, read:report write:report, read:report,              1, 0, 0",
        "rol_reader, rol_writer, read:report write:report, read:report write:report, 1, 0, 0",
        "rol_reader, rol_writer, read:report,              read:report write:report, 1, 1, 1",
        "rol_writer, rol_writer, read:report write:report, read:report write:report, 0, 0, 0",
    })
    void followWhenAMembersRoleChangesThenAtRestWithAtMostOneUselessStep(
            String before, String after, String requested, String end, int refreshes, int reconsents, int useless) {
        String user = "auth0|user" + COUNTER.incrementAndGet();
        tenant.member("org_acme", user, before);
        ObedientClient page = page(user, requested.split(" "));
        assertThat(Objects.requireNonNull(page.send()).answer().status()).isEqualTo(200);
        work(page, 3);
        tenant.member("org_acme", user, after);
        work(page, 8);
        assertThat(page.state()).as("%s", page.journal()).isEqualTo(end);
        assertThat(page.journal().asks(Remedy.REFRESH)).as("%s", page.journal()).isEqualTo(refreshes);
        assertThat(page.journal().asks(Remedy.RECONSENT))
                .as("%s", page.journal())
                .isEqualTo(reconsents);
        assertThat(page.journal().uselessSteps()).as("%s", page.journal()).isEqualTo(useless);
        int steps = page.journal().steps();
        work(page, 4);
        assertThat(page.journal().steps()).as("at rest: %s", page.journal()).isEqualTo(steps);
    }

    /** A denied request: the response names the remedy at once. */
    @Test
    void followWhenRequestsAreRefusedUntilTheRoleIsGivenThenARefreshOpensThem() {
        String user = "auth0|user" + COUNTER.incrementAndGet();
        tenant.member("org_acme", user, "rol_reader");
        ObedientClient page = page(user, "read:report", "write:report");
        page.turnTo("/organizations/org_acme/reports/draft");
        work(page, 3);
        assertThat(page.journal().steps()).isZero();
        tenant.member("org_acme", user, "rol_writer");
        work(page, 4);
        assertThat(page.state()).isEqualTo("read:report write:report");
        assertThat(page.journal().steps()).isOne();
        assertThat(page.journal().uselessSteps()).isZero();
    }
}
