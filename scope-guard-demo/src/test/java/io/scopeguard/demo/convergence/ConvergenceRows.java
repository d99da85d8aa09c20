package io.scopeguard.demo.convergence;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.scopeguard.demo.convergence.ObedientClient.Response;
import io.scopeguard.demo.convergence.SignIn.Consent;
import io.scopeguard.logtobox.Browser;
import io.scopeguard.logtobox.directory.OrganizationScope;
import io.scopeguard.testing.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.function.Executable;

/**
 * After any change at the provider, a client that follows the responses ends up with the right token: without a loop, with at most
 * one useless step, and without a request for consent because of an unobserved change. Each row is a story over HTTP: guarded API,
 * provider, browser. {@code mvn verify} tests a sample of the rows. The table of the tested rows is printed and written to
 * {@code target/convergence.md}. Subclasses determine how the API is deployed.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class ConvergenceRows {

    private static final String[] READING = {"read:report", "read:document"};
    private static final String[] WRITING = {"read:report", "write:report", "read:document", "write:document"};
    private static final String READ = "read:report";
    private static final String WRITE = "read:report write:report";
    private static final String WRITE_DOCUMENT = "read:document write:document";

    /** Reads of facts that show no change, for longer than max-stale. */
    private static final int QUIET = 15;

    private final ConvergenceTable table = new ConvergenceTable();
    private Stage stage;
    private int rows;

    @BeforeAll
    void start() {
        stage = new Stage(deployment());
    }

    @AfterAll
    void stop() throws IOException {
        stage.close();
        table.writeTo(Path.of("target", "convergence.md"));
        System.out.println(table);
    }

    /** The deployment of the API. */
    abstract Deployment deployment();

    private DynamicTest row(String name, Consumer<Story> scenario) {
        return row(name, "", scenario);
    }

    /** @param why the reason for the expected end, where it is not obvious */
    private DynamicTest row(String name, String why, Consumer<Story> scenario) {
        return sampled(name, () -> tell(name, why, scenario));
    }

    /** @param why the reason for the expected end, which applies only if each instance has its own memory */
    private DynamicTest rowOfInstances(String name, String why, Consumer<Story> scenario) {
        return sampled(name, () -> tell(name, stage.isShared() ? "" : why, scenario));
    }

    private DynamicTest sampled(String name, Executable test) {
        rows++;
        boolean contained = Sample.contains(rows);
        return DynamicTest.dynamicTest(name, () -> {
            assumeTrue(contained, "only with -Pthorough");
            test.execute();
        });
    }

    private void tell(String name, String why, Consumer<Story> scenario) {
        Story story = new Story(stage);
        scenario.accept(story);
        table.add(name, why, story.expectations());
        story.verify(name, !why.isEmpty());
    }

    /** An editor becomes a viewer while working with this page. */
    private ObedientClient demoted(Story story, BiFunction<String, String[], ObedientClient> opener) {
        String user = story.member("editor");
        ObedientClient page = opener.apply(user, WRITING);
        story.work(page);
        story.changeRole(user, "viewer");
        return page;
    }

    /** A viewer becomes an editor while working with this page. */
    private ObedientClient promoted(
            Story story, BiFunction<String, String[], ObedientClient> opener, String... requested) {
        String user = story.member("viewer");
        ObedientClient page = opener.apply(user, requested);
        story.work(page);
        story.changeRole(user, "editor");
        return page;
    }

    /** The user of this page gets a scope that did not exist before. */
    private ObedientClient introduced(Story story, Consent consent, String scope, String... requested) {
        String role = story.role("read:report");
        ObedientClient page = story.reports(story.member(role), consent, requested);
        story.work(page);
        stage.directory.addOrganizationScope(scope, role);
        return page;
    }

    @TestFactory
    @Order(1)
    Stream<DynamicTest> followSignalsWhenRightsAreLostThenConverges() {
        return Stream.of(
                row("demoted", story -> {
                    ObedientClient page = demoted(story, story::reports);
                    story.goOn(page);
                    story.expect(READ, page).refreshes(1);
                }),
                row("demoted, API resource token", story -> {
                    ObedientClient page = demoted(story, story::documents);
                    story.goOn(page);
                    story.expect("read:document", page).refreshes(1);
                }),
                row("demoted before the API was first called", story -> {
                    String user = story.member("editor");
                    ObedientClient page = story.reports(user, WRITING);
                    story.changeRole(user, "viewer");
                    story.goOn(page);
                    story.expect(READ, page).refreshes(1);
                }),
                row("scope taken off the role", story -> {
                    String role = story.role("read:report", "write:report");
                    ObedientClient page = story.reports(story.member(role), WRITING);
                    story.work(page);
                    stage.takeFrom(role, "write:report");
                    story.goOn(page);
                    story.expect(READ, page).refreshes(1);
                }),
                row("scope deleted", story -> {
                    String role = story.role("read:report");
                    OrganizationScope scope = stage.directory.addOrganizationScope("archive:report", role);
                    ObedientClient page = story.reports(story.member(role), "read:report", "archive:report");
                    story.work(page);
                    stage.directory.deleteOrganizationScope(scope.id());
                    story.goOn(page);
                    story.expect(READ, page).refreshes(1);
                }),
                row("suspended", "a 401, not drift; the refresh token is also invalid", story -> {
                    String user = story.member("editor");
                    ObedientClient page = story.reports(user, WRITING);
                    story.work(page);
                    stage.directory.suspend(user, true);
                    story.goOn(page);
                    story.expect("invalid_grant", page).unasked(1);
                }),
                row("removed; added again when the page had given up", story -> {
                    String user = story.member("editor");
                    ObedientClient page = story.reports(user, WRITING);
                    story.work(page);
                    stage.directory.removeMember(story.organization, user);
                    story.pass();
                    story.work(page);
                    story.expectNow("access_denied", page);
                    story.join(user, "viewer");
                    page.open();
                    story.goOn(page);
                    story.expect(READ, page).refreshes(1);
                }),
                row("removed and added again, unseen", "a new membership has no roles", story -> {
                    String user = story.member("editor");
                    ObedientClient page = story.reports(user, WRITING);
                    story.work(page);
                    stage.directory.removeMember(story.organization, user);
                    stage.directory.addMember(story.organization, user);
                    story.goOn(page);
                    story.expect("", page).refreshes(1);
                }),
                row(
                        "organization begins to require MFA",
                        "nothing is lost; the token is used until it expires",
                        story -> {
                            ObedientClient page = story.reports(story.member("editor"), WRITING);
                            story.work(page);
                            story.requireMfa();
                            story.pass();
                            story.work(page);
                            story.expectNow(WRITE, page);
                            story.goOn(page);
                            story.expect("access_denied", page);
                        }),
                row("organization begins to require MFA; demoted", "the loss takes effect at once", story -> {
                    ObedientClient page = demoted(story, story::reports);
                    story.requireMfa();
                    story.goOn(page);
                    story.expect("access_denied", page).refreshes(1);
                }),
                row("organization begins to require MFA; promoted", "the old token is used until it expires", story -> {
                    ObedientClient page = promoted(story, story::reports, WRITING);
                    story.requireMfa();
                    story.pass();
                    story.work(page);
                    story.expectNow(READ, page);
                    story.goOn(page);
                    story.expect("access_denied", page).refreshes(1).useless(1);
                }));
    }

    @TestFactory
    @Order(2)
    Stream<DynamicTest> followSignalsWhenRightsAreGainedThenConverges() {
        return Stream.of(
                row("promoted, scope requested at sign-in", story -> {
                    ObedientClient page = promoted(story, story::reports, WRITING);
                    story.goOn(page);
                    story.expect(WRITE, page).refreshes(1);
                }),
                row("promoted, scope not requested", "no token shows which scopes its sign-in requested", story -> {
                    ObedientClient page = promoted(story, story::reports, READING);
                    story.goOn(page);
                    story.expect(WRITE, page).refreshes(1).reconsents(1).useless(1);
                }),
                row("promoted, scope not requested, requests refused", story -> {
                    ObedientClient page = promoted(story, story::reports, READING);
                    page.turnTo(story.path("/reports/draft"));
                    story.goOn(page);
                    story.expect(WRITE, page).refreshes(1).reconsents(1).useless(1);
                }),
                row(
                        "promoted, scope requested, API resource token",
                        "a grant for a resource contains the scopes that the user held at sign-in",
                        story -> {
                            ObedientClient page = promoted(story, story::documents, WRITING);
                            story.goOn(page);
                            story.expect(WRITE_DOCUMENT, page)
                                    .refreshes(1)
                                    .reconsents(1)
                                    .useless(1);
                        }),
                row("promoted, scope not requested, API resource token", story -> {
                    ObedientClient page = promoted(story, story::documents, READING);
                    story.goOn(page);
                    story.expect(WRITE_DOCUMENT, page)
                            .refreshes(1)
                            .reconsents(1)
                            .useless(1);
                }),
                row(
                        "promoted, API scope held in another organization at sign-in",
                        "the grant for a resource contains the scopes that the user held in any organization",
                        story -> {
                            String user = story.member("viewer");
                            story.elsewhere().join(user, "editor");
                            ObedientClient page = story.documents(user, WRITING);
                            story.work(page);
                            story.expectNow("read:document", page);
                            story.changeRole(user, "editor");
                            story.goOn(page);
                            story.expect(WRITE_DOCUMENT, page).refreshes(1);
                        }),
                row("promoted before the API was first called, scope requested", story -> {
                    String user = story.member("viewer");
                    ObedientClient page = story.reports(user, WRITING);
                    story.changeRole(user, "editor");
                    story.goOn(page);
                    story.expect(WRITE, page).refreshes(1);
                }),
                row(
                        "promoted before the API was first called, scope not requested",
                        "the promotion was not observed: no consent unless a request needs the scope",
                        story -> {
                            String user = story.member("viewer");
                            ObedientClient page = story.reports(user, READING);
                            story.changeRole(user, "editor");
                            story.goOn(page);
                            story.expect(READ, page).refreshes(1).useless(1);
                        }),
                row("the same, and in the end a request needs it", story -> {
                    String user = story.member("viewer");
                    ObedientClient page = story.reports(user, READING);
                    story.changeRole(user, "editor");
                    story.pass();
                    story.work(page);
                    page.turnTo(story.path("/reports/draft"));
                    story.goOn(page);
                    story.expect(WRITE, page).refreshes(1).reconsents(1).useless(1);
                }),
                row("new organization scope", story -> {
                    ObedientClient page = introduced(story, Consent.GIVEN, "export:report", WRITING);
                    story.goOn(page);
                    story.expect("export:report read:report", page).reconsents(1);
                }),
                row("new organization scope, requested before it existed", story -> {
                    ObedientClient page =
                            introduced(story, Consent.GIVEN, "comment:report", "read:report", "comment:report");
                    story.goOn(page);
                    story.expect("comment:report read:report", page).reconsents(1);
                }),
                row("new organization scope, and another a minute later", story -> {
                    String role = story.role("read:report");
                    ObedientClient page = story.reports(story.member(role), READING);
                    story.work(page);
                    stage.directory.addOrganizationScope("pin:report", role);
                    story.pass();
                    story.work(page);
                    stage.directory.addOrganizationScope("sequel:report", role);
                    story.goOn(page);
                    story.expect("pin:report read:report sequel:report", page).reconsents(2);
                }),
                row(
                        "new organization scope, token refreshed when somebody had seen it",
                        "issued while the scope was held, and this client was not asked: only a denial asks for consent",
                        story -> {
                            ObedientClient other = story.reports(story.member("viewer"), READING);
                            ObedientClient page = introduced(story, Consent.GIVEN, "rate:report", READING);
                            story.pass();
                            story.work(other);
                            story.pass();
                            page.refreshByItself();
                            story.goOn(page);
                            story.expect(READ, page);
                        }),
                row("new resource scope", story -> {
                    String role = story.role("read:document");
                    ObedientClient page = story.documents(story.member(role), WRITING);
                    story.work(page);
                    stage.directory.addResourceScope(Browser.API, "sign:document", role);
                    story.goOn(page);
                    story.expect("read:document sign:document", page).reconsents(1);
                }),
                row("promoted by two scopes, one of them not requested", story -> {
                    String role = story.role("read:report");
                    ObedientClient page = story.reports(story.member(role), WRITING);
                    story.work(page);
                    stage.grant(role, "write:report", "invite:member");
                    story.goOn(page);
                    story.expect("invite:member " + WRITE, page).refreshes(1).reconsents(1);
                }),
                row("new organization", "its token is also new", story -> {
                    String user = story.member("viewer");
                    ObedientClient here = story.reports(user, WRITING);
                    story.work(here);
                    Story elsewhere = story.elsewhere();
                    elsewhere.join(user, "editor");
                    ObedientClient there = elsewhere.reports(user, WRITING);
                    story.goOn(here, there);
                    story.expect(READ, here);
                    story.expect(WRITE, there);
                }),
                row(
                        "editor elsewhere, API resource token for no organization",
                        "scopes that leak from organizations are neither a right nor drift",
                        story -> {
                            String user = story.member("viewer");
                            stage.directory.principalRoles().add(user, List.of("auditor"));
                            ObedientClient page = story.globalDocuments(user, READING);
                            story.work(page);
                            story.changeRole(user, "editor");
                            story.goOn(page);
                            story.expect("read:document", page);
                        }));
    }

    @TestFactory
    @Order(3)
    Stream<DynamicTest> followSignalsWhenRightsAreGainedAndLostThenConverges() {
        return Stream.of(
                row("demoted and promoted at once", story -> {
                    String user = story.member(story.role("read:report", "invite:member"));
                    ObedientClient page = story.reports(user, "read:report", "write:report", "invite:member");
                    story.work(page);
                    story.changeRole(user, "editor");
                    story.goOn(page);
                    story.expect(WRITE, page).refreshes(1);
                }),
                row(
                        "demoted and promoted at once, scope not requested",
                        "the refresh removes a scope, the consent adds one",
                        story -> {
                            String user = story.member(story.role("read:report", "invite:member"));
                            ObedientClient page = story.reports(user, "read:report", "invite:member");
                            story.work(page);
                            story.changeRole(user, "editor");
                            story.goOn(page);
                            story.expect(WRITE, page).refreshes(1).reconsents(1);
                        }),
                row("scope renamed", "for a token, one scope was removed and another one was created", story -> {
                    String role = story.role("read:report");
                    OrganizationScope scope = stage.directory.addOrganizationScope("plan:report", role);
                    ObedientClient page = story.reports(story.member(role), "read:report", "plan:report");
                    story.work(page);
                    stage.directory.deleteOrganizationScope(scope.id());
                    stage.directory.addOrganizationScope("translate:report", role);
                    story.goOn(page);
                    story.expect("read:report translate:report", page).reconsents(1);
                }),
                row("role swapped twice", story -> {
                    String inviting = story.role("read:report", "invite:member");
                    String user = story.member(inviting);
                    ObedientClient page = story.reports(user, "read:report", "write:report", "invite:member");
                    story.work(page);
                    story.changeRole(user, "editor");
                    story.pass();
                    story.work(page);
                    story.changeRole(user, inviting);
                    story.goOn(page);
                    story.expect("invite:member read:report", page).refreshes(2);
                }),
                row("role swapped twice, unseen", story -> {
                    ObedientClient page = promoted(story, story::reports, WRITING);
                    story.changeRole(story.lastUser(), "viewer");
                    story.goOn(page);
                    story.expect(READ, page);
                }),
                row(
                        "promoted, demoted, promoted again, scope not requested",
                        "a scope that was lost and regained counts as a new promotion",
                        story -> {
                            ObedientClient page = promoted(story, story::reports, READING);
                            story.pass();
                            story.work(page);
                            story.changeRole(story.lastUser(), "viewer");
                            story.pass();
                            story.work(page);
                            story.changeRole(story.lastUser(), "editor");
                            story.goOn(page);
                            story.expect(WRITE, page)
                                    .refreshes(2)
                                    .reconsents(1)
                                    .useless(2)
                                    .orOneRefreshLess(stage.isShared());
                        }));
    }

    @TestFactory
    @Order(4)
    Stream<DynamicTest> followSignalsWhenThereAreSeveralDevicesThenConverges() {
        return Stream.of(
                row("second device, scope requested", story -> devices(story, WRITING, WRITING)),
                row("second device, scope not requested there", story -> devices(story, WRITING, READING)),
                row("second device, scope requested nowhere", story -> devices(story, READING, READING)),
                row("second device, new scope", story -> {
                    String role = story.role("read:report");
                    String user = story.member(role);
                    ObedientClient[] devices = {story.reports(user, READING), story.reports(user, READING)};
                    story.work(devices);
                    stage.directory.addOrganizationScope("stamp:report", role);
                    story.goOn(devices);
                    for (ObedientClient device : devices) {
                        story.expect("read:report stamp:report", device).reconsents(1);
                    }
                }),
                row("three devices, scope requested nowhere", story -> devices(story, READING, READING, READING)),
                row("three devices, scope requested on one", story -> devices(story, READING, WRITING, READING)),
                row("20 parallel requests, demoted", story -> {
                    ObedientClient page = demoted(story, story::reports);
                    story.pass();
                    inParallel(20, page::call);
                    story.goOn(page);
                    story.expect(READ, page).refreshes(1);
                }),
                row("20 parallel requests, refused", story -> {
                    ObedientClient page = promoted(story, story::reports, WRITING);
                    page.turnTo(story.path("/reports/draft"));
                    story.pass();
                    inParallel(20, page::call);
                    story.goOn(page);
                    story.expect(WRITE, page).refreshes(1);
                }),
                row("20 parallel requests, new scope", story -> {
                    ObedientClient page = introduced(story, Consent.GIVEN, "sign:report", READING);
                    story.pass();
                    inParallel(20, page::call);
                    story.goOn(page);
                    story.expect("read:report sign:report", page).reconsents(1);
                }),
                row("token refreshed elsewhere meanwhile", "the hint is about a token that was replaced", story -> {
                    ObedientClient page = promoted(story, story::reports, WRITING);
                    story.pass();
                    Response hinted = page.send();
                    page.refreshByItself();
                    page.finish(hinted);
                    story.goOn(page);
                    story.expect(WRITE, page).refreshes(1).unanswered(1);
                }));
    }

    /** One device for each set of scopes. If the sign-in did not request the promoted scope, a refresh is useless. */
    private static void devices(Story story, String[]... requested) {
        String user = story.member("viewer");
        ObedientClient[] devices = Arrays.stream(requested)
                .map(scopes -> story.reports(user, scopes))
                .toArray(ObedientClient[]::new);
        story.work(devices);
        story.changeRole(user, "editor");
        story.stayBusy(devices);
        story.goOn(devices);
        for (int i = 0; i < devices.length; i++) {
            int inVain = requested[i] == WRITING ? 0 : 1;
            story.expect(WRITE, devices[i]).refreshes(1).reconsents(inVain).useless(inVain);
        }
    }

    @TestFactory
    @Order(5)
    Stream<DynamicTest> followSignalsWhenClientOrUserDoesNotTakeTheScopeThenConverges() {
        return Stream.of(
                row(
                        "down-scoped on purpose",
                        "no change was observed: one refresh shows that, then there are no hints",
                        story -> {
                            ObedientClient page = story.reports(story.member("editor"), READING);
                            story.goOn(page);
                            story.expect(READ, page).refreshes(1).useless(1);
                        }),
                row(
                        "down-scoped on purpose, then promoted",
                        "one refresh is for the first request, one for the promotion; consent is requested for the promotion only",
                        story -> {
                            String role = story.role("read:report", "write:report");
                            ObedientClient page = story.reports(story.member(role), READING);
                            story.pass();
                            story.work(page);
                            stage.grant(role, "invite:member");
                            story.goOn(page);
                            story.expect("invite:member read:report", page)
                                    .refreshes(2)
                                    .reconsents(1)
                                    .useless(2);
                        }),
                row(
                        "third-party client, promoted",
                        "it receives numbers instead of names, so it cannot request the scopes",
                        story -> {
                            ObedientClient page = promoted(story, story::partnerReports, READING);
                            story.goOn(page);
                            story.expect(READ, page)
                                    .refreshes(1)
                                    .reconsents(1)
                                    .useless(1)
                                    .unanswered(1);
                        }),
                row(
                        "client that may never get the scope",
                        "a client with rare requests is asked once: it is unknown whether its later tokens could carry the scope",
                        story -> {
                            ObedientClient page = introduced(story, Consent.WITHOUT_NAMING, "share:report", READING);
                            story.goOn(page);
                            story.expect(READ, page).reconsents(1).useless(1);
                        }),
                row(
                        "user who ignores the consent request",
                        "is asked once, and not again for tokens that were issued between two reads far apart",
                        story -> {
                            ObedientClient page = introduced(story, Consent.REFUSED, "print:report", READING);
                            story.goOn(page);
                            story.expect(READ, page).reconsents(1).useless(1);
                        }),
                row(
                        "user who ignores the consent request, a new token every five minutes",
                        "each token is newer than the grant of the scope, and no read in between shows that it was held all the time",
                        story -> {
                            ObedientClient page = introduced(story, Consent.REFUSED, "quote:report", READING);
                            for (int i = 0; i < 24; i++) {
                                stage.advance(Duration.ofMinutes(5));
                                page.refreshByItself();
                                story.work(page);
                            }
                            story.goOn(page);
                            story.expect(READ, page);
                        }),
                row(
                        "user who ignores a consent request that comes with a demotion",
                        "the lost scope is removed in any case",
                        story -> {
                            String role = story.role("read:report", "write:report");
                            ObedientClient page = story.reports(story.member(role), Consent.REFUSED, WRITING);
                            story.work(page);
                            stage.takeFrom(role, "write:report");
                            stage.directory.addOrganizationScope("redact:report", role);
                            story.goOn(page);
                            story.expect(READ, page).reconsents(1);
                        }));
    }

    @TestFactory
    @Order(6)
    Stream<DynamicTest> followSignalsWhenClocksDifferThenConverges() {
        return Stream.of(
                        withinASecond("sign-in, call and refresh within one second", () -> stage.guard),
                        withinASecond("provider's clock 10 s ahead", () -> stage.slow),
                        withinASecond("provider's clock 10 s behind", () -> stage.fast))
                .flatMap(rows -> rows);
    }

    /** No time passes between sign-in, change and remedy, and the guard reads permissions for every request. */
    private Stream<DynamicTest> withinASecond(String name, Supplier<Guard> guard) {
        return Stream.of(
                row(name + ", demoted", story -> {
                    story.lead(guard.get());
                    ObedientClient page = demoted(story, story::currentReports);
                    story.work(page);
                    story.goOn(page);
                    story.expect(READ, page).refreshes(1);
                }),
                row(name + ", promoted, scope requested", story -> {
                    story.lead(guard.get());
                    ObedientClient page = promoted(story, story::currentReports, WRITING);
                    story.work(page);
                    story.goOn(page);
                    story.expect(WRITE, page).refreshes(1);
                }),
                row(name + ", promoted, scope not requested", story -> {
                    story.lead(guard.get());
                    ObedientClient page = promoted(story, story::currentReports, READING);
                    page.refreshByItself();
                    story.work(page);
                    story.goOn(page);
                    story.expect(WRITE, page).refreshes(1).reconsents(1).useless(1);
                }));
    }

    @TestFactory
    @Order(7)
    Stream<DynamicTest> followSignalsWhenInstancesRestartOrTakeTurnsThenConverges() {
        return Stream.of(
                row("restart in the middle", story -> {
                    ObedientClient page = promoted(story, story::reports, WRITING);
                    story.pass();
                    story.work(page);
                    try (Guard restarted = stage.newGuard()) {
                        story.lead(restarted);
                        story.goOn(page);
                    }
                    story.expect(WRITE, page).refreshes(1);
                }),
                rowOfInstances(
                        "restart in the middle, scope not requested",
                        "one more refresh, because the new instance has not observed the change; no consent unless a request needs the scope",
                        story -> {
                            ObedientClient page = promoted(story, story::reports, READING);
                            story.pass();
                            story.work(page);
                            try (Guard restarted = stage.newGuard()) {
                                story.lead(restarted);
                                story.goOn(page);
                            }
                            if (stage.isShared()) {
                                story.expect(WRITE, page)
                                        .refreshes(1)
                                        .reconsents(1)
                                        .useless(1);
                            } else {
                                story.expect(READ, page).refreshes(2).useless(2);
                            }
                        }),
                rowOfInstances(
                        "restart in the middle, scope not requested, requests refused",
                        "the new instance repeats the ask of the old one",
                        story -> {
                            ObedientClient page = promoted(story, story::reports, READING);
                            page.turnTo(story.path("/reports/draft"));
                            story.pass();
                            page.send();
                            try (Guard restarted = stage.newGuard()) {
                                story.lead(restarted);
                                story.goOn(page);
                            }
                            story.expect(WRITE, page)
                                    .refreshes(1)
                                    .reconsents(1)
                                    .useless(1)
                                    .unanswered(0);
                        }),
                rowOfInstances(
                        "restart long after the promotion, signed in since, requests refused",
                        "the new instance does not know that the token is newer",
                        story -> {
                            String user = story.member("viewer");
                            ObedientClient former = story.reports(user, READING);
                            story.work(former);
                            story.changeRole(user, "editor");
                            story.pass();
                            former.send();
                            story.pass();
                            ObedientClient page = story.reports(user, READING);
                            for (int i = 0; i < QUIET; i++) {
                                story.pass();
                                page.send();
                            }
                            page.turnTo(story.path("/reports/draft"));
                            try (Guard restarted = stage.newGuard()) {
                                story.lead(restarted);
                                story.goOn(page);
                            }
                            int useless = stage.isShared() ? 0 : 1;
                            // The page leaves the hint of the old instance alone.
                            story.expect(WRITE, page)
                                    .refreshes(useless)
                                    .reconsents(1 + useless)
                                    .useless(useless)
                                    .unanswered(useless);
                        }),
                row("two replicas taking turns", story -> {
                    story.lead(stage.guard, stage.replica);
                    ObedientClient page = promoted(story, story::reports, WRITING);
                    story.goOn(page);
                    story.expect(WRITE, page).refreshes(1);
                }),
                rowOfInstances(
                        "two replicas taking turns, scope not requested",
                        "one more refresh, because each has its own memory",
                        story -> {
                            story.lead(stage.guard, stage.replica);
                            ObedientClient page = promoted(story, story::reports, READING);
                            story.goOn(page);
                            int memories = stage.memories(2);
                            story.expect(WRITE, page)
                                    .refreshes(memories)
                                    .reconsents(1)
                                    .useless(memories);
                        }),
                row("two replicas taking turns, demoted", story -> {
                    story.lead(stage.guard, stage.replica);
                    ObedientClient page = demoted(story, story::reports);
                    story.goOn(page);
                    story.expect(READ, page).refreshes(1);
                }),
                row("two replicas taking turns, new scope", story -> {
                    story.lead(stage.guard, stage.replica);
                    ObedientClient page = introduced(story, Consent.GIVEN, "seal:report", READING);
                    story.goOn(page);
                    story.expect("read:report seal:report", page).reconsents(1);
                }));
    }

    @TestFactory
    @Order(8)
    Stream<DynamicTest> followSignalsWhenThereAreManyReplicasThenConverges() {
        return Stream.of(
                row("four replicas taking turns, demoted", story -> {
                    story.lead(fourReplicas());
                    ObedientClient page = demoted(story, story::reports);
                    story.goOn(page);
                    story.expect(READ, page).refreshes(1);
                }),
                row("four replicas taking turns, promoted, scope requested", story -> {
                    story.lead(fourReplicas());
                    ObedientClient page = promoted(story, story::reports, WRITING);
                    story.goOn(page);
                    story.expect(WRITE, page).refreshes(1);
                }),
                rowOfInstances(
                        "four replicas taking turns, promoted, scope not requested",
                        "one more refresh for each, because each has its own memory",
                        story -> {
                            story.lead(fourReplicas());
                            ObedientClient page = promoted(story, story::reports, READING);
                            story.stayBusy(page);
                            story.goOn(page);
                            int memories = stage.memories(4);
                            story.expect(WRITE, page)
                                    .refreshes(memories)
                                    .reconsents(1)
                                    .useless(memories);
                        }),
                row("rolling restart of two replicas, promoted meanwhile", story -> {
                    try (Guard first = stage.newGuard();
                            Guard second = stage.newGuard()) {
                        story.lead(stage.guard, stage.replica);
                        ObedientClient page = promoted(story, story::reports, WRITING);
                        story.lead(first, stage.replica);
                        story.pass();
                        story.work(page);
                        story.lead(first, second);
                        story.goOn(page);
                        story.expect(WRITE, page).refreshes(1);
                    }
                }),
                row("busy client, promoted, scope not requested", story -> {
                    ObedientClient page = promoted(story, story::reports, READING);
                    story.stayBusy(page);
                    story.goOn(page);
                    story.expect(WRITE, page).refreshes(1).reconsents(1).useless(1);
                }),
                row("client that comes every 25 minutes, promoted, scope requested", story -> {
                    ObedientClient page = promoted(story, story::reports, WRITING);
                    story.comeSeldom(page);
                    story.expect(WRITE, page).refreshes(1);
                }),
                row("client that comes every 25 minutes, demoted", story -> {
                    ObedientClient page = demoted(story, story::reports);
                    story.comeSeldom(page);
                    story.expect(READ, page).refreshes(1);
                }),
                row(
                        "young token at the first request, promoted before its first request",
                        "at the first request, a young token gets no hint; its renewal delivers the scope",
                        story -> {
                            String user = story.member("viewer");
                            ObedientClient page = story.reports(user, WRITING);
                            story.changeRole(user, "editor");
                            page.call();
                            story.goOn(page);
                            story.expect(WRITE, page);
                        }),
                row("young token at the first request, nothing changed", "", story -> {
                    ObedientClient page = story.reports(story.member("viewer"), READING);
                    page.call();
                    story.goOn(page);
                    story.expect(READ, page);
                }));
    }

    private Guard[] fourReplicas() {
        return new Guard[] {stage.guard, stage.replica, stage.third, stage.fourth};
    }

    @TestFactory
    @Order(9)
    Stream<DynamicTest> followSignalsWhenThereIsNoUserThenConverges() {
        return Stream.of(
                row("machine-to-machine, demoted", story -> {
                    ObedientClient agent = story.agent("writer agent", "read:report", "write:report");
                    story.work(agent);
                    story.changeRole("demo-agent", "reader agent");
                    story.goOn(agent);
                    story.expect(READ, agent).refreshes(1);
                }),
                row("machine-to-machine, promoted", "granted responses report losses only to it", story -> {
                    ObedientClient agent = story.agent("reader agent", "read:report");
                    story.work(agent);
                    story.changeRole("demo-agent", "writer agent");
                    story.goOn(agent);
                    story.expect(READ, agent);
                }),
                row(
                        "machine-to-machine, promoted, requests refused",
                        "its next token request names the scope",
                        story -> {
                            ObedientClient agent = story.agent("reader agent", "read:report");
                            agent.turnTo(story.path("/reports/draft"));
                            story.work(agent);
                            story.changeRole("demo-agent", "writer agent");
                            story.goOn(agent);
                            story.expect(WRITE, agent).refreshes(1);
                        }),
                row("token exchange, demoted", story -> {
                    ObedientClient service = demoted(story, story::exchange);
                    story.goOn(service);
                    story.expect(READ, service).refreshes(1);
                }),
                row("token exchange, promoted, requests refused", story -> {
                    ObedientClient service = promoted(story, story::exchange, READING);
                    service.turnTo(story.path("/reports/draft"));
                    story.goOn(service);
                    story.expect(WRITE, service).refreshes(1);
                }));
    }

    @TestFactory
    @Order(10)
    Stream<DynamicTest> followSignalsWhenRolesChangeThenConverges() {
        return RoleStories.all().map(each -> row(each.name(), each.why(), each.scenario()));
    }

    private static void inParallel(int threads, Runnable task) {
        CompletableFuture<?>[] running = IntStream.range(0, threads)
                .mapToObj(i -> CompletableFuture.runAsync(task, work -> new Thread(work).start()))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(running).join();
    }
}
