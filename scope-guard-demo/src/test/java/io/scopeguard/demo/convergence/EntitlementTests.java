package io.scopeguard.demo.convergence;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.demo.DemoApplication;
import io.scopeguard.demo.convergence.ObedientClient.Response;
import io.scopeguard.demo.convergence.SignIn.Consent;
import io.scopeguard.logtobox.Answer;
import io.scopeguard.logtobox.Browser;
import io.scopeguard.logtobox.Http;
import io.scopeguard.logtobox.LogtoBox;
import io.scopeguard.logtobox.TestClient;
import io.scopeguard.logtobox.directory.User;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/**
 * From payment to access and from refund to denial, with the demo. Buyers sign in before they pay, and their page follows the
 * responses. The first response after the payment names the remedy that works, and the first one after the refund is a denial.
 */
class EntitlementTests {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Duration PAST_MAX_AGE = Duration.ofSeconds(35);

    private static final MovableClock clock = MovableClock.atNoon();
    private static LogtoBox box;
    private static Guard demo;

    private static final Pace PACE = Pace.of(clock, () -> demo.isReading());

    @BeforeAll
    static void start() {
        box = LogtoBox.builder().port(0).clock(clock).start();
        demo = Guard.of(
                DemoApplication.class,
                box,
                clock,
                Map.of("demo.shop.app-id", "demo-shop", "demo.shop.app-secret", "demo-shop-secret"));
    }

    @AfterAll
    static void stop() {
        demo.close();
        box.close();
    }

    /** The grant of a sign-in contains only API scopes that the user held at that time, so a refresh would be useless. */
    @Test
    void paidTierWhenItGrantsAScopeOfTheApiThenTheNextResponseAsksForConsentAndThatDeliversIt() {
        user("tier-buyer");
        ObedientClient page = page("tier-buyer", List.of("resource", Browser.API), "/documents", "read:document");
        work(page);
        assertThat(status(page)).isEqualTo(403);
        assertThat(page.journal().steps()).isZero();

        buy(Map.of("user", "tier-buyer", "product", "paid-tier"));
        assertAsked(page, Remedy.RECONSENT, "read:document");
        assertThat(page.state()).isEqualTo("read:document");
        assertThat(status(page)).isEqualTo(200);

        refund(Map.of("user", "tier-buyer", "product", "paid-tier"));
        assertRefused(page, "insufficient-scope");
        // A role of organizations also grants the scope, so the token may carry it for that reason: the client is asked
        // for nothing.
        assertThat(page.journal().steps()).isOne();
        assertThat(page.journal().uselessSteps()).isZero();

        // The token still carries the scope, so it is sufficient again at once.
        buy(Map.of("user", "tier-buyer", "product", "paid-tier"));
        assertThat(status(page)).isEqualTo(200);
        assertThat(page.journal().steps()).isOne();
        refund(Map.of("user", "tier-buyer", "product", "paid-tier"));
    }

    /** Roles in an organization are read for each new token, so a refresh suffices. */
    @Test
    void seatWhenTheBuyerIsAMemberThenTheNextResponseAsksForARefreshAndThatDeliversIt() {
        user("seat-buyer");
        box.directory().addMember("globex", "seat-buyer");
        ObedientClient page = page(
                "seat-buyer", List.of("organization_id", "globex"), "/organizations/globex/reports", "read:report");
        work(page);
        assertThat(status(page)).isEqualTo(403);

        Map<String, String> seat = Map.of("user", "seat-buyer", "product", "seat", "organization", "globex");
        buy(seat);
        assertAsked(page, Remedy.REFRESH, "read:report");
        assertThat(page.state()).isEqualTo("read:report");
        assertThat(status(page)).isEqualTo(200);

        refund(seat);
        assertRefused(page, "not-a-member");
        assertThat(page.state()).isEqualTo("access_denied");
        assertThat(page.journal().uselessSteps()).isZero();
    }

    /** The token carries no roles, so the role counts as soon as it is assigned, and the client is asked for nothing. */
    @Test
    void paidTierWhenARoleIsRequiredThenTheNextRequestIsGrantedWithTheSameToken() {
        user("role-buyer");
        box.directory().addMember("globex", "role-buyer");
        box.directory().setRoles("globex", "role-buyer", "member");
        ObedientClient page = page(
                "role-buyer", List.of("organization_id", "globex"), "/organizations/globex/insights", "read:report");
        work(page);
        assertThat(status(page)).isEqualTo(403);

        buy(Map.of("user", "role-buyer", "product", "paid-tier"));
        assertThat(status(page)).isEqualTo(200);

        refund(Map.of("user", "role-buyer", "product", "paid-tier"));
        assertRefused(page, "insufficient-role");
        assertThat(page.journal().steps()).isZero();
    }

    private static void user(String id) {
        box.directory()
                .users()
                .insert(User.named(id, id, null, id, "demo", box.directory().now()));
    }

    private static ObedientClient page(String user, List<String> target, String path, String scope) {
        SignIn signIn = new SignIn(
                new Http(box.endpoint()),
                TestClient.PUBLIC,
                new Browser(box.endpoint(), user),
                target,
                Consent.GIVEN,
                Set.of(scope));
        return new ObedientClient(signIn, demo::get, PACE, path);
    }

    /** Until the token is no longer young. */
    private static void work(ObedientClient page) {
        page.call();
        PACE.pass(PAST_MAX_AGE);
        page.call();
    }

    private static void assertAsked(ObedientClient page, Remedy remedy, String scope) {
        Response next = Objects.requireNonNull(page.send());
        assertThat(next.answer().status()).isEqualTo(403);
        assertThat(next.hint()).isNotNull();
        assertThat(next.hint().action()).isEqualTo(remedy);
        assertThat(next.hint().promoted().names()).containsExactly(scope);
        page.finish(next);
        assertThat(page.journal().steps()).isOne();
    }

    private static void assertRefused(ObedientClient page, String problem) {
        Response next = Objects.requireNonNull(page.send());
        assertThat(next.answer().status()).isEqualTo(403);
        assertThat(next.answer().text()).contains(problem);
        page.finish(next);
    }

    private static int status(ObedientClient page) {
        return Objects.requireNonNull(page.send()).answer().status();
    }

    private static void buy(Map<String, String> order) {
        order("/shop/purchases", order);
    }

    private static void refund(Map<String, String> order) {
        order("/shop/refunds", order);
    }

    private static void order(String path, Map<String, String> order) {
        Answer answer = demo.post(path, JSON.writeValueAsString(order));
        assertThat(answer.status()).as(answer.text()).isEqualTo(204);
        PACE.pass(PAST_MAX_AGE);
    }
}
