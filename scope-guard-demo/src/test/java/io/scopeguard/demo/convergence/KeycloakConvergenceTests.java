package io.scopeguard.demo.convergence;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.logtobox.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * After any change at a real Keycloak, a client that follows the responses ends up with the right token, without a loop and with at
 * most one useless step. Sign-ins go through Keycloak's pages, changes through its Admin API, and time is real, so all rows run at
 * once. The table of all rows is printed and written to {@code target/keycloak-convergence.md}.
 */
@Tag("keycloak")
class KeycloakConvergenceTests {

    private static final String READ = "read:report";
    private static final String WRITE = "read:report write:report";

    private static final ConvergenceTable TABLE = new ConvergenceTable();
    private static KeycloakStage stage;

    @BeforeAll
    static void start() {
        stage = new KeycloakStage();
    }

    @AfterAll
    static void stop() throws IOException {
        stage.close();
        TABLE.writeTo(Path.of("target", "keycloak-convergence.md"));
        System.out.println(TABLE);
    }

    /**
     * A row.
     *
     * @param scenario sets the row up and returns the events after the pages have worked for a while
     */
    private record Case(String name, Function<KeycloakRow, Runnable> scenario) {}

    private static final List<Case> CASES = List.of(
            new Case("demoted", row -> {
                String user = row.member(row.writers);
                row.expect(READ, row.page()).refreshes(1);
                return () -> row.move(user, row.writers, row.readers);
            }),
            new Case("promoted", row -> {
                String user = row.member(row.readers);
                row.expect(WRITE, row.page()).refreshes(1);
                return () -> row.move(user, row.readers, row.writers);
            }),
            new Case("new role", row -> {
                row.member(row.readers);
                row.expect("export:report read:report", row.page()).refreshes(1);
                return () -> {
                    row.admin.createRole("export:report");
                    row.admin.mapRoles(row.organization, row.readers, "export:report");
                };
            }),
            new Case("removed from the organization", row -> {
                String user = row.member(row.writers);
                row.expect("invalid_grant", row.page()).refreshes(1);
                return () -> row.admin.removeMember(row.organization, user);
            }),
            new Case("removed and added again, with another group", row -> {
                String user = row.member(row.writers);
                row.expect(READ, row.page()).refreshes(1);
                return () -> {
                    row.admin.removeMember(row.organization, user);
                    row.admin.addMember(row.organization, user);
                    row.admin.join(row.organization, row.readers, user);
                };
            }),
            new Case("user disabled", row -> {
                String user = row.member(row.writers);
                row.expect("invalid_grant", row.page()).unasked(1);
                return () -> row.admin.setEnabled(user, false);
            }),
            new Case("organization disabled", row -> {
                row.member(row.writers);
                row.expect("invalid_grant", row.page()).refreshes(1);
                return () -> row.admin.setOrganizationEnabled(row.organization, row.alias, false);
            }),
            new Case("two devices, demoted", row -> {
                String user = row.member(row.writers);
                row.expect(READ, row.page()).refreshes(1);
                row.expect(READ, row.page()).refreshes(1);
                return () -> row.move(user, row.writers, row.readers);
            }),
            new Case("all organizations in one token, demoted in one", row -> {
                String user = row.member(row.writers);
                KeycloakRow elsewhere = new KeycloakRow(row.stage);
                elsewhere.admin.addMember(elsewhere.organization, user);
                elsewhere.admin.join(elsewhere.organization, elsewhere.writers, user);
                row.expect(READ, row.page(KeycloakStage.PAGE, "openid organization:*"))
                        .refreshes(1);
                return () -> row.move(user, row.writers, row.readers);
            }),
            new Case("service account, demoted", row -> {
                row.expect(READ, row.machine(row.writers)).refreshes(1);
                return () -> row.move(row.stage.agentUser, row.writers, row.readers);
            }),
            new Case("client that requires consent, promoted", row -> {
                String user = row.member(row.readers);
                String scope = "openid organization:" + row.alias;
                row.expect(WRITE, row.page(KeycloakStage.CONSENT_PAGE, scope)).refreshes(1);
                return () -> row.move(user, row.readers, row.writers);
            }),
            new Case("global role given", row -> {
                String user = row.user();
                row.admin.grant(user, "read:document");
                row.expect(
                                "read:document read:report",
                                row.page(KeycloakStage.PAGE, "openid", KeycloakTokens.global(), "/documents"))
                        .refreshes(1);
                return () -> row.admin.grant(user, "read:report");
            }),
            new Case("role of an organization group given and required", row -> {
                row.member(row.readers);
                row.expect(RoleStories.APPROVER, row.roles("/approvals")).refreshes(1);
                return () -> row.admin.mapRealmRole(row.organization, row.readers, RoleStories.APPROVER);
            }),
            new Case("role of an organization group taken, still required", row -> {
                row.admin.mapRealmRole(row.organization, row.readers, RoleStories.APPROVER);
                String user = row.member(row.readers);
                row.expect("", row.roles("/approvals")).refreshes(1);
                return () -> row.move(user, row.readers, row.writers);
            }),
            new Case("realm role given and required", row -> {
                String user = row.member(row.readers);
                row.expect(RoleStories.PATRON, row.roles("/favours")).refreshes(1);
                return () -> row.admin.grantRealmRole(user, RoleStories.PATRON);
            }),
            new Case("realm role taken, still required", row -> {
                String user = row.member(row.readers);
                row.admin.grantRealmRole(user, RoleStories.PATRON);
                row.expect("", row.roles("/favours")).refreshes(1);
                return () -> row.admin.revokeRealmRole(user, RoleStories.PATRON);
            }),
            new Case("nothing happens", row -> {
                row.member(row.writers);
                row.expect(WRITE, row.page());
                return () -> {};
            }));

    /** The result of a row. */
    private record Lived(KeycloakRow row, Instant restFrom) {}

    @TestFactory
    Stream<DynamicTest> followSignalsWhenRightsChangeThenConverges() {
        ExecutorService threads = Executors.newCachedThreadPool();
        List<CompletableFuture<Lived>> lives = new ArrayList<>();
        for (Case each : CASES) {
            lives.add(CompletableFuture.supplyAsync(() -> live(each), threads));
        }
        threads.shutdown();
        return Stream.iterate(0, i -> i < CASES.size(), i -> i + 1).map(i -> {
            String name = CASES.get(i).name();
            return DynamicTest.dynamicTest(name, () -> {
                Lived lived = lives.get(i).join();
                TABLE.add(name, "", lived.row().expectations());
                lived.row().expectations().forEach(expectation -> expectation.verify(name, lived.restFrom(), 1));
            });
        });
    }

    private static Lived live(Case each) {
        KeycloakRow row = new KeycloakRow(stage);
        Runnable change = each.scenario().apply(row);
        row.work();
        change.run();
        return new Lived(row, row.goOn());
    }

    /** The response to a token that is for other organizations only. */
    @Test
    void getWhenTheTokenIsForAnotherOrganizationThenRefusedWithItsName() {
        KeycloakRow row = new KeycloakRow(stage);
        row.member(row.writers);
        ObedientClient page = row.page();
        page.turnTo("/organizations/globex/reports");
        ObedientClient.Response response = page.send();
        Answer answer = response == null ? null : response.answer();
        assertThat(answer).isNotNull();
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.string("type")).contains("organization-mismatch");
        assertThat(answer.string("organization_id")).isEqualTo(row.alias);
    }
}
