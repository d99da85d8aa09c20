package io.scopeguard.demo.convergence;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.demo.convergence.ObedientClient.Response;
import io.scopeguard.demo.convergence.SignIn.Consent;
import io.scopeguard.logtobox.Browser;
import io.scopeguard.logtobox.TestClient;
import io.scopeguard.logtobox.directory.Organization;
import io.scopeguard.logtobox.directory.User;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One row: an organization of its own, users and their clients, the events, and the expected end. */
final class Story {

    private static final AtomicInteger COUNTER = new AtomicInteger();
    /** Longer than live permissions may age. */
    private static final Duration A_LOOK = Duration.ofSeconds(35);

    final Stage stage;
    final Gateway api;
    final String organization;
    private final Set<ObedientClient> seen = new HashSet<>();
    private final List<Expectation> expectations = new ArrayList<>();
    private Instant restFrom = Instant.MAX;
    private String lastUser = "";

    Story(Stage stage) {
        this.stage = stage;
        this.api = new Gateway(stage.guard);
        this.organization = organization();
    }

    // Subjects

    String organization() {
        String id = unique("acme");
        stage.directory.organizations().insert(Organization.named(id, id, null, stage.directory.now()));
        return id;
    }

    /** A new user with a role in the organization. */
    String member(String role) {
        String id = unique("user");
        stage.directory.users().insert(User.named(id, id, null, id, "demo", stage.directory.now()));
        join(id, role);
        lastUser = id;
        return id;
    }

    /** The user that came last. */
    String lastUser() {
        return lastUser;
    }

    void join(String user, String role) {
        stage.directory.addMember(organization, user);
        changeRole(user, role);
    }

    /** The same story, as it goes on in another organization. */
    Story elsewhere() {
        return new Story(stage);
    }

    void requireMfa() {
        stage.directory.organizations().update(organization, each -> each.withMfaRequired(true));
    }

    void changeRole(String user, String... roles) {
        stage.directory.setRoles(organization, user, roles);
    }

    /** A role of this row's own. */
    String role(String... scopes) {
        String name = unique("role");
        stage.userRole(name, scopes);
        return name;
    }

    // Clients

    /** A page that works with an organization token. */
    ObedientClient reports(String user, String... requested) {
        return reports(user, Consent.GIVEN, requested);
    }

    ObedientClient reports(String user, Consent consent, String... requested) {
        return page(signIn(user, consent, List.of("organization_id", organization), requested), path("/reports"));
    }

    /** A page that works with an organization token, and looks at the roles in it too. */
    ObedientClient reportsWithRoles(String user, String... requested) {
        SignIn signIn = signIn(user, Consent.GIVEN, List.of("organization_id", organization), requested);
        return page(new TokensWithRoles(signIn, organization), path("/reports"));
    }

    /** A page that works with a token for the API resource, within the organization. */
    ObedientClient documents(String user, String... requested) {
        List<String> target = List.of("organization_id", organization, "resource", Browser.API);
        return page(signIn(user, Consent.GIVEN, target, requested), path("/documents"));
    }

    /** A page of somebody else's, which the guard knows for that. */
    ObedientClient partnerReports(String user, String... requested) {
        return page(
                signIn(
                        TestClient.CONFIDENTIAL,
                        user,
                        Consent.GIVEN,
                        List.of("organization_id", organization),
                        requested),
                path("/reports"));
    }

    /** A page of its own, each request of which is decided by permissions that are read for it. */
    ObedientClient currentReports(String user, String... requested) {
        ObedientClient page = reports(user, requested);
        page.turnTo(path("/reports/now"));
        return page;
    }

    /** A page that works with a token for the API resource, for no organization. */
    ObedientClient globalDocuments(String user, String... requested) {
        return page(signIn(user, Consent.GIVEN, List.of("resource", Browser.API), requested), "/documents");
    }

    /** An application that works for itself. */
    ObedientClient agent(String role, String... requested) {
        stage.directory.organizationApplications().add(organization, List.of(TestClient.AGENT.id()));
        changeRole(TestClient.AGENT.id(), role);
        List<String> request = List.of("grant_type", "client_credentials", "organization_id", organization);
        return page(new Machine(stage.provider, TestClient.AGENT, () -> request, requested), path("/reports"));
    }

    /** A service that acts for a user, itself being somebody. */
    ObedientClient exchange(String user, String... requested) {
        SignIn actor = signIn(member("viewer"), Consent.GIVEN, List.of(), requested);
        return page(
                new Machine(
                        stage.provider,
                        TestClient.MANAGEMENT,
                        () -> List.of(
                                "grant_type",
                                "urn:ietf:params:oauth:grant-type:token-exchange",
                                "subject_token",
                                stage.management().subjectToken(user),
                                "subject_token_type",
                                "urn:ietf:params:oauth:token-type:access_token",
                                "actor_token",
                                actor.refresh(Set.of()).string("access_token"),
                                "actor_token_type",
                                "urn:ietf:params:oauth:token-type:access_token",
                                "organization_id",
                                organization),
                        requested),
                path("/reports"));
    }

    private ObedientClient page(Tokens tokens, String path) {
        return new ObedientClient(tokens, api, stage.pace, path);
    }

    private SignIn signIn(String user, Consent consent, List<String> target, String... requested) {
        return signIn(TestClient.PUBLIC, user, consent, target, requested);
    }

    private SignIn signIn(TestClient client, String user, Consent consent, List<String> target, String... requested) {
        Set<String> scopes = new LinkedHashSet<>(Arrays.asList(requested));
        return new SignIn(stage.provider, client, new Browser(stage.box.endpoint(), user), target, consent, scopes);
    }

    String path(String within) {
        return "/organizations/" + organization + within;
    }

    // Events

    /** Every client calls once; all are answered before any does something about it. */
    void work(ObedientClient... clients) {
        callAll(clients);
        // The first request of a young token waits for no read. Another look later, somebody has certainly looked.
        if (Stream.of(clients).filter(seen::add).count() > 0) {
            pass();
            callAll(clients);
        }
    }

    private void callAll(ObedientClient... clients) {
        List<@Nullable Response> responses =
                Arrays.stream(clients).map(ObedientClient::send).toList();
        for (int i = 0; i < clients.length; i++) {
            clients[i].finish(responses.get(i));
        }
    }

    /** Time for the guard to look again. */
    void pass() {
        stage.advance(A_LOOK);
    }

    /** Everybody goes on working: often at first, then now and then, while tokens expire several times. */
    void goOn(ObedientClient... clients) {
        for (int i = 0; i < 6; i++) {
            pass();
            work(clients);
        }
        goOnEvery(Duration.ofMinutes(15), 3, clients);
        restFrom = stage.clock.instant();
        goOnEvery(Duration.ofMinutes(25), 5, clients);
    }

    /** Everybody works without a break for as long as the first pauses between requests for consent last. */
    void stayBusy(ObedientClient... clients) {
        goOnEvery(A_LOOK, 30, clients);
    }

    /** Everybody comes every 25 minutes only: their facts are older than max-stale each time. */
    void comeSeldom(ObedientClient... clients) {
        goOnEvery(Duration.ofMinutes(25), 3, clients);
        restFrom = stage.clock.instant();
        goOnEvery(Duration.ofMinutes(25), 5, clients);
    }

    private void goOnEvery(Duration pause, int times, ObedientClient... clients) {
        for (int i = 0; i < times; i++) {
            stage.advance(pause);
            work(clients);
        }
    }

    // How it should end

    /**
     * States the expected abilities of a client in the end.
     *
     * @param end the scopes of its token, sorted; or the error that ended it
     */
    Expectation expect(String end, ObedientClient client) {
        Expectation expectation = new Expectation(client, end);
        expectations.add(expectation);
        return expectation;
    }

    /** The same for a moment on the way; no part of the table. */
    void expectNow(String state, ObedientClient client) {
        assertThat(client.state()).as("%s", client.journal()).isEqualTo(state);
    }

    List<Expectation> expectations() {
        return expectations;
    }

    /** @param isExplained whether there is a reason for more than one useless step */
    void verify(String row, boolean isExplained) {
        assertThat(expectations).as("expectations of %s", row).isNotEmpty();
        // Each further replica without a shared memory may cost one more refresh.
        int tolerable = isExplained ? Math.max(api.replicas(), 2) : 1;
        expectations.forEach(expectation -> expectation.verify(row, restFrom, tolerable));
    }

    private static String unique(String prefix) {
        return prefix + COUNTER.incrementAndGet();
    }
}
