package io.scopeguard.demo.convergence;

import io.scopeguard.demo.keycloak.KeycloakAdmin;
import io.scopeguard.demo.keycloak.KeycloakBrowser;
import io.scopeguard.logtobox.Answer;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** One row: its own organization, a user with pages, the events, and the expected end. */
final class KeycloakRow {

    private static final AtomicInteger COUNTER = new AtomicInteger();

    /** Longer than live permissions may age. */
    private static final Duration A_LOOK = Duration.ofMillis(2_500);

    final KeycloakStage stage;
    final KeycloakAdmin admin;
    final String alias = "org" + COUNTER.incrementAndGet();
    final String organization;
    final String readers;
    final String writers;
    private final List<ObedientClient> pages = new ArrayList<>();
    private final List<Expectation> expectations = new ArrayList<>();
    private String name = "";

    KeycloakRow(KeycloakStage stage) {
        this.stage = stage;
        this.admin = stage.admin;
        this.organization = admin.createOrganization(alias);
        this.readers = admin.createGroup(organization, "readers", "read:report");
        this.writers = admin.createGroup(organization, "writers", "read:report", "write:report");
    }

    /** A new user, a member of the organization in this group. */
    String member(String group) {
        String user = user();
        admin.addMember(organization, user);
        admin.join(organization, group, user);
        return user;
    }

    String user() {
        name = "user" + COUNTER.incrementAndGet();
        return admin.createUser(name);
    }

    /** The last user's page, which works with a token for the organization. */
    ObedientClient page() {
        return page(KeycloakStage.PAGE, "openid organization:" + alias);
    }

    ObedientClient page(String client, String scope) {
        return page(client, scope, KeycloakTokens.of(alias), "/organizations/" + alias + "/reports");
    }

    ObedientClient page(String client, String scope, KeycloakTokens tokens, String path) {
        KeycloakBrowser browser = new KeycloakBrowser(admin.issuer(), name);
        Set<String> scopes = new LinkedHashSet<>(List.of(scope.split(" ")));
        return client(new KeycloakSignIn(browser, client, scopes, tokens), path);
    }

    /** The same page, if it needs a role and watches roles. */
    ObedientClient roles(String path) {
        return page(
                KeycloakStage.PAGE,
                "openid organization:" + alias,
                KeycloakTokens.rolesIn(alias),
                "/organizations/" + alias + path);
    }

    /** A service account, which is a member like a user. */
    ObedientClient machine(String group) {
        admin.addMember(organization, stage.agentUser);
        admin.join(organization, group, stage.agentUser);
        return client(new KeycloakMachine(admin.issuer(), alias), "/organizations/" + alias + "/reports");
    }

    private ObedientClient client(Tokens tokens, String path) {
        Api api = stage.guard::get;
        ObedientClient client = new ObedientClient(tokens, api, Pace.REAL, path);
        pages.add(client);
        return client;
    }

    /** All pages work, until their tokens are no longer young. */
    void work() {
        pages.forEach(ObedientClient::call);
        pass();
        pages.forEach(ObedientClient::call);
    }

    void move(String user, String from, String to) {
        admin.join(organization, to, user);
        admin.leave(organization, from, user);
    }

    /** All clients continue to work. In the last rounds, responses should not ask for anything. */
    Instant goOn() {
        rounds(6);
        Instant restFrom = Instant.now();
        rounds(3);
        return restFrom;
    }

    private void rounds(int number) {
        for (int i = 0; i < number; i++) {
            pass();
            pages.forEach(ObedientClient::call);
        }
    }

    private static void pass() {
        Pace.REAL.pass(A_LOOK);
    }

    Expectation expect(String end, ObedientClient client) {
        Expectation expectation = new Expectation(client, end);
        expectations.add(expectation);
        return expectation;
    }

    List<Expectation> expectations() {
        return expectations;
    }

    /** A machine repeats its token request. */
    private record KeycloakMachine(URI issuer, String alias) implements Tokens {

        @Override
        public Answer refresh(Set<String> named) {
            return KeycloakBrowser.clientCredentials(
                    issuer, "agent", KeycloakStage.AGENT_SECRET, "organization:" + alias);
        }

        @Override
        public boolean reconsent(Set<String> named) {
            throw new AssertionError("nobody is there to be asked for consent");
        }

        @Override
        public Set<String> scopes(String token) {
            return KeycloakTokens.of(alias).scopes(token);
        }
    }
}
