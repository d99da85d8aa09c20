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

/** One row: its own organization, users and their clients, the events, and the expected end. */
final class Story {

    private static final AtomicInteger COUNTER = new AtomicInteger();
    /** Longer than live permissions may age. */
    private static final Duration A_LOOK = Duration.ofSeconds(35);

    final Stage stage;
    final String organization;
    private final Set<ObedientClient> seen = new HashSet<>();
    private final List<Expectation> expectations = new ArrayList<>();
    private volatile Api api;
    private int memories = 1;
    private Instant restFrom = Instant.MAX;
    private String lastUser = "";

    Story(Stage stage) {
        this.stage = stage;
        this.api = stage.inFront(stage.guard);
        this.organization = organization();
    }

    /** From now on, these instances serve, in turn. */
    void lead(Guard... to) {
        api = stage.inFront(to);
        memories = stage.memories(to.length);
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

    /** The last user. */
    String lastUser() {
        return lastUser;
    }

    void join(String user, String role) {
        stage.directory.addMember(organization, user);
        changeRole(user, role);
    }

    /** The continuation of the story in another organization. */
    Story elsewhere() {
        return new Story(stage);
    }

    void requireMfa() {
        stage.directory.organizations().update(organization, each -> each.withMfaRequired(true));
    }

    void changeRole(String user, String... roles) {
        stage.directory.setRoles(organization, user, roles);
    }

    /** A role for this row only. */
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

    /** A page that works with an organization token, and also watches the roles in it. */
    ObedientClient reportsWithRoles(String user, String... requested) {
        SignIn signIn = signIn(user, Consent.GIVEN, List.of("organization_id", organization), requested);
        return page(new TokensWithRoles(signIn, organization), path("/reports"));
    }

    /** A page that works with a token for the API resource, within the organization. */
    ObedientClient documents(String user, String... requested) {
        List<String> target = List.of("organization_id", organization, "resource", Browser.API);
        return page(signIn(user, Consent.GIVEN, target, requested), path("/documents"));
    }

    /** A page of a third party, which is configured as such. */
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

    /** A separate page, each request of which is decided by permissions that are read for it. */
    ObedientClient currentReports(String user, String... requested) {
        ObedientClient page = reports(user, requested);
        page.turnTo(path("/reports/now"));
        return page;
    }

    /** A page that works with a token for the API resource, outside of organizations. */
    ObedientClient globalDocuments(String user, String... requested) {
        return page(signIn(user, Consent.GIVEN, List.of("resource", Browser.API), requested), "/documents");
    }

    /** An application that acts on its own behalf. */
    ObedientClient agent(String role, String... requested) {
        stage.directory.organizationApplications().add(organization, List.of(TestClient.AGENT.id()));
        changeRole(TestClient.AGENT.id(), role);
        List<String> request = List.of("grant_type", "client_credentials", "organization_id", organization);
        return page(new Machine(stage.provider, TestClient.AGENT, () -> request, requested), path("/reports"));
    }

    /** A service that acts for a user, with an identity of its own. */
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
        return new ObedientClient(tokens, (to, token) -> api.get(to, token), stage.pace, path);
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

    /** Every client sends one request. All receive their responses before any of them acts. */
    void work(ObedientClient... clients) {
        callAll(clients);
        // The first request with a young token does not wait for a read. After another one, the facts have certainly
        // been read.
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

    /** Time for the guard to read again. */
    void pass() {
        stage.advance(A_LOOK);
    }

    /** All clients continue to work: often at first, then from time to time, while tokens expire several times. */
    void goOn(ObedientClient... clients) {
        for (int i = 0; i < 6; i++) {
            pass();
            work(clients);
        }
        goOnEvery(Duration.ofMinutes(15), 3, clients);
        restFrom = stage.clock.instant();
        goOnEvery(Duration.ofMinutes(25), 5, clients);
    }

    /** All clients work without interruption for as long as the first pauses between requests for consent last. */
    void stayBusy(ObedientClient... clients) {
        goOnEvery(A_LOOK, 30, clients);
    }

    /** All clients send a request only every 25 minutes, so their facts are older than max-stale each time. */
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

    // Expected end

    /**
     * Declares the expected scopes of a client at the end.
     *
     * @param end the scopes of its token, sorted; or the error that ended it
     */
    Expectation expect(String end, ObedientClient client) {
        Expectation expectation = new Expectation(client, end);
        expectations.add(expectation);
        return expectation;
    }

    /** The same for an intermediate state, which is not part of the table. */
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
        int tolerable = isExplained ? Math.max(memories, 2) : 1;
        expectations.forEach(expectation -> expectation.verify(row, restFrom, tolerable));
    }

    private static String unique(String prefix) {
        return prefix + COUNTER.incrementAndGet();
    }
}
