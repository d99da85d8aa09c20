package io.scopeguard.demo.convergence;

import io.scopeguard.demo.convergence.ObedientClient.Response;
import io.scopeguard.demo.convergence.SignIn.Consent;
import io.scopeguard.demo.logto.Browser;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * After any change on the provider's side, a client that does what responses say ends up right: without a loop, with at most
 * one useless step, and without a request for consent because of something nobody saw change. Each row is a story over HTTP:
 * guarded API, provider, browser. The table they make is printed and written to {@code target/convergence.md}.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConvergenceTests {

    private static final String[] READING = {"read:report", "read:document"};
    private static final String[] WRITING = {"read:report", "write:report", "read:document", "write:document"};
    private static final String READ = "read:report";
    private static final String WRITE = "read:report write:report";

    private static final ConvergenceTable TABLE = new ConvergenceTable();
    private static Stage stage;

    @BeforeAll
    static void start() {
        stage = new Stage();
    }

    @AfterAll
    static void stop() throws IOException {
        stage.close();
        TABLE.writeTo(Path.of("target", "convergence.md"));
        System.out.println(TABLE);
    }

    private static DynamicTest row(String name, Consumer<Story> scenario) {
        return row(name, "", scenario);
    }

    /**
     * @param why what makes the expected end right, where that could be doubted
     */
    private static DynamicTest row(String name, String why, Consumer<Story> scenario) {
        return DynamicTest.dynamicTest(name, () -> {
            Story story = new Story(stage);
            scenario.accept(story);
            TABLE.add(name, why, story.expectations());
            story.verify();
        });
    }

    @TestFactory
    @Order(1)
    Stream<DynamicTest> losses() {
        return Stream.of(
                row("demoted", story -> {
                    String user = story.member("editor");
                    ObedientClient page = story.reports(user, WRITING);
                    story.work(page);
                    story.changeRole(user, "viewer");
                    story.goOn(page);
                    story.expect(READ, page).refreshes(1);
                }),
                row("demoted, API resource token", story -> {
                    String user = story.member("editor");
                    ObedientClient page = story.documents(user, WRITING);
                    story.work(page);
                    story.changeRole(user, "viewer");
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
                    String scope = stage.directory
                            .addOrganizationScope("archive:report", role)
                            .id();
                    ObedientClient page = story.reports(story.member(role), "read:report", "archive:report");
                    story.work(page);
                    stage.directory.deleteOrganizationScope(scope);
                    story.goOn(page);
                    story.expect(READ, page).refreshes(1);
                }),
                row("suspended", "401 says nothing of drift; the refresh token is dead", story -> {
                    String user = story.member("editor");
                    ObedientClient page = story.reports(user, WRITING);
                    story.work(page);
                    stage.directory.suspend(user, true);
                    story.goOn(page);
                    story.expect("invalid_grant", page).unasked(1);
                }),
                row("removed, and added again when the page had given up", story -> {
                    String user = story.member("editor");
                    ObedientClient page = story.reports(user, WRITING);
                    story.work(page);
                    stage.directory.removeMember(story.organization, user);
                    story.pass();
                    story.work(page);
                    story.expectNow("access_denied", page);
                    stage.directory.addMember(story.organization, user);
                    story.changeRole(user, "viewer");
                    page.open();
                    story.goOn(page);
                    story.expect(READ, page).refreshes(1);
                }),
                row("removed and added again, unseen", "a membership comes back without its roles", story -> {
                    String user = story.member("editor");
                    ObedientClient page = story.reports(user, WRITING);
                    story.work(page);
                    stage.directory.removeMember(story.organization, user);
                    stage.directory.addMember(story.organization, user);
                    story.goOn(page);
                    story.expect("", page).refreshes(1);
                }),
                row(
                        "organization begins to require MFA, and demotes",
                        "no MFA, no token; what was lost is lost",
                        story -> {
                            String user = story.member("editor");
                            ObedientClient page = story.reports(user, WRITING);
                            story.work(page);
                            story.requireMfa();
                            story.changeRole(user, "viewer");
                            story.goOn(page);
                            story.expect("access_denied", page).refreshes(1);
                        }),
                row(
                        "organization begins to require MFA",
                        "permissions are as before; the token serves until it expires",
                        story -> {
                            ObedientClient page = story.reports(story.member("editor"), WRITING);
                            story.work(page);
                            story.requireMfa();
                            story.pass();
                            story.work(page);
                            story.expectNow(WRITE, page);
                            story.goOn(page);
                            story.expect("access_denied", page);
                        }));
    }

    @TestFactory
    @Order(2)
    Stream<DynamicTest> gains() {
        return Stream.of(
                row("promoted, scope requested at sign-in", story -> {
                    String user = story.member("viewer");
                    ObedientClient page = story.reports(user, WRITING);
                    story.work(page);
                    story.changeRole(user, "editor");
                    story.goOn(page);
                    story.expect(WRITE, page).refreshes(1);
                }),
                row("promoted, scope not requested", "the token does not tell what its sign-in requested", story -> {
                    String user = story.member("viewer");
                    ObedientClient page = story.reports(user, READING);
                    story.work(page);
                    story.changeRole(user, "editor");
                    story.goOn(page);
                    story.expect(WRITE, page).refreshes(1).reconsents(1).useless(1);
                }),
                row("promoted, scope not requested, requests refused for it", story -> {
                    String user = story.member("viewer");
                    ObedientClient page = story.reports(user, READING);
                    page.turnTo(story.path("/reports/draft"));
                    story.work(page);
                    story.changeRole(user, "editor");
                    story.goOn(page);
                    story.expect(WRITE, page).refreshes(1).reconsents(1).useless(1);
                }),
                row(
                        "promoted, API resource token, scope requested",
                        "a grant holds what the user had at sign-in",
                        story -> {
                            String user = story.member("viewer");
                            ObedientClient page = story.documents(user, WRITING);
                            story.work(page);
                            story.changeRole(user, "editor");
                            story.goOn(page);
                            story.expect("read:document write:document", page)
                                    .refreshes(1)
                                    .reconsents(1)
                                    .useless(1);
                        }),
                row("promoted, API resource token, scope not requested", story -> {
                    String user = story.member("viewer");
                    ObedientClient page = story.documents(user, READING);
                    story.work(page);
                    story.changeRole(user, "editor");
                    story.goOn(page);
                    story.expect("read:document write:document", page)
                            .refreshes(1)
                            .reconsents(1)
                            .useless(1);
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
                        "nobody saw it: no consent unless a request needs it",
                        story -> {
                            String user = story.member("viewer");
                            ObedientClient page = story.reports(user, READING);
                            story.changeRole(user, "editor");
                            story.goOn(page);
                            story.expect(READ, page).refreshes(1).useless(1);
                        }),
                row("the same, until a request needs it", story -> {
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
                    String role = story.role("read:report");
                    ObedientClient page = story.reports(story.member(role), WRITING);
                    story.work(page);
                    stage.directory.addOrganizationScope("export:report", role);
                    story.goOn(page);
                    story.expect("export:report read:report", page).reconsents(1);
                }),
                row("new resource scope", story -> {
                    String role = story.role("read:document");
                    ObedientClient page = story.documents(story.member(role), WRITING);
                    story.work(page);
                    stage.directory.addResourceScope(Browser.API, "sign:document", role);
                    story.goOn(page);
                    story.expect("read:document sign:document", page).reconsents(1);
                }),
                row("new organization", "its token is new too", story -> {
                    String user = story.member("viewer");
                    ObedientClient first = story.reports(user, WRITING);
                    story.work(first);
                    Story other = story.elsewhere();
                    other.join(user, "editor");
                    ObedientClient second = other.reports(user, WRITING);
                    story.goOn(first, second);
                    story.expect(READ, first);
                    story.expect(WRITE, second);
                }));
    }

    @TestFactory
    @Order(3)
    Stream<DynamicTest> gainsAndLosses() {
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
                        "the refresh takes away, the consent gives",
                        story -> {
                            String user = story.member(story.role("read:report", "invite:member"));
                            ObedientClient page = story.reports(user, "read:report", "invite:member");
                            story.work(page);
                            story.changeRole(user, "editor");
                            story.goOn(page);
                            story.expect(WRITE, page).refreshes(1).reconsents(1);
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
                    String user = story.member("viewer");
                    ObedientClient page = story.reports(user, WRITING);
                    story.work(page);
                    story.changeRole(user, "editor");
                    story.changeRole(user, "viewer");
                    story.goOn(page);
                    story.expect(READ, page);
                }),
                row(
                        "promoted, demoted, and promoted again, scope not requested",
                        "a scope that was lost begins anew",
                        story -> {
                            String user = story.member("viewer");
                            ObedientClient page = story.reports(user, READING);
                            story.work(page);
                            story.changeRole(user, "editor");
                            story.pass();
                            story.work(page);
                            story.changeRole(user, "viewer");
                            story.pass();
                            story.work(page);
                            story.changeRole(user, "editor");
                            story.goOn(page);
                            story.expect(WRITE, page).refreshes(2).reconsents(1).useless(2);
                        }));
    }

    @TestFactory
    @Order(4)
    Stream<DynamicTest> devices() {
        return Stream.of(
                row("second device, scope requested", story -> {
                    String user = story.member("viewer");
                    ObedientClient[] devices = {story.reports(user, WRITING), story.reports(user, WRITING)};
                    story.work(devices);
                    story.changeRole(user, "editor");
                    story.goOn(devices);
                    story.expect(WRITE, devices[0]).refreshes(1);
                    story.expect(WRITE, devices[1]).refreshes(1);
                }),
                row("second device, scope not requested there", story -> {
                    String user = story.member("viewer");
                    ObedientClient[] devices = {story.reports(user, WRITING), story.reports(user, READING)};
                    story.work(devices);
                    story.changeRole(user, "editor");
                    story.goOn(devices);
                    story.expect(WRITE, devices[0]).refreshes(1);
                    story.expect(WRITE, devices[1]).refreshes(1).reconsents(1).useless(1);
                }),
                row("second device, scope requested nowhere", story -> {
                    String user = story.member("viewer");
                    ObedientClient[] devices = {story.reports(user, READING), story.reports(user, READING)};
                    story.work(devices);
                    story.changeRole(user, "editor");
                    story.goOn(devices);
                    for (ObedientClient device : devices) {
                        story.expect(WRITE, device).refreshes(1).reconsents(1).useless(1);
                    }
                }),
                row("three devices, one of which requested the scope", story -> {
                    String user = story.member("viewer");
                    ObedientClient[] devices = {
                        story.reports(user, READING), story.reports(user, WRITING), story.reports(user, READING)
                    };
                    story.work(devices);
                    story.changeRole(user, "editor");
                    story.goOn(devices);
                    story.expect(WRITE, devices[0]).refreshes(1).reconsents(1).useless(1);
                    story.expect(WRITE, devices[1]).refreshes(1);
                    story.expect(WRITE, devices[2]).refreshes(1).reconsents(1).useless(1);
                }),
                row("20 parallel requests", story -> {
                    String user = story.member("editor");
                    ObedientClient page = story.reports(user, WRITING);
                    story.work(page);
                    story.changeRole(user, "viewer");
                    story.pass();
                    inParallel(20, page::call);
                    story.goOn(page);
                    story.expect(READ, page).refreshes(1);
                }),
                row("20 parallel requests, refused", story -> {
                    String user = story.member("viewer");
                    ObedientClient page = story.reports(user, WRITING);
                    story.work(page);
                    story.changeRole(user, "editor");
                    page.turnTo(story.path("/reports/draft"));
                    story.pass();
                    inParallel(20, page::call);
                    story.goOn(page);
                    story.expect(WRITE, page).refreshes(1);
                }),
                row("token refreshed elsewhere meanwhile", "the hint is about a token that is gone", story -> {
                    String user = story.member("viewer");
                    ObedientClient page = story.reports(user, WRITING);
                    story.work(page);
                    story.changeRole(user, "editor");
                    story.pass();
                    Response hinted = page.send();
                    page.refreshByItself();
                    page.finish(hinted);
                    story.goOn(page);
                    story.expect(WRITE, page).refreshes(1).unanswered(1);
                }));
    }

    @TestFactory
    @Order(5)
    Stream<DynamicTest> reluctance() {
        return Stream.of(
                row("down-scoped on purpose", "nobody saw a change: one refresh finds out, then silence", story -> {
                    ObedientClient page = story.reports(story.member("editor"), READING);
                    story.goOn(page);
                    story.expect(READ, page).refreshes(1).useless(1);
                }),
                row(
                        "client that may never get the scope",
                        "it asks its user once, then its token speaks for itself",
                        story -> {
                            String role = story.role("read:report");
                            ObedientClient page = story.reports(story.member(role), Consent.WITHOUT_NAMING, READING);
                            story.work(page);
                            stage.directory.addOrganizationScope("share:report", role);
                            story.goOn(page);
                            story.expect(READ, page).reconsents(5).useless(1).unanswered(4);
                        }),
                row(
                        "user who ignores the consent request",
                        "sees it once; the API repeats it more and more seldom",
                        story -> {
                            String role = story.role("read:report");
                            ObedientClient page = story.reports(story.member(role), Consent.REFUSED, READING);
                            story.work(page);
                            stage.directory.addOrganizationScope("print:report", role);
                            story.goOn(page);
                            story.expect(READ, page).reconsents(5).useless(1).unanswered(4);
                        }));
    }

    @TestFactory
    @Order(6)
    Stream<DynamicTest> clocksAndInstances() {
        return Stream.of(
                row("sign-in, call, promotion and refresh within one second", story -> {
                    String user = story.member("viewer");
                    ObedientClient page = story.reports(user, WRITING);
                    page.turnTo(story.path("/reports/now"));
                    story.work(page);
                    story.changeRole(user, "editor");
                    story.work(page);
                    story.goOn(page);
                    story.expect(WRITE, page).refreshes(1);
                }),
                row("the same, scope not requested", story -> {
                    String user = story.member("viewer");
                    ObedientClient page = story.reports(user, READING);
                    page.turnTo(story.path("/reports/now"));
                    story.work(page);
                    story.changeRole(user, "editor");
                    page.refreshByItself();
                    story.work(page);
                    story.goOn(page);
                    story.expect(WRITE, page).refreshes(1).reconsents(1).useless(1);
                }));
    }

    @TestFactory
    @Order(6)
    Stream<DynamicTest> clocks() {
        return IntStream.of(10, -10).boxed().flatMap(seconds -> {
            String provider = "provider's clock 10 s " + (seconds < 0 ? "ahead" : "behind");
            return Stream.of(
                    row(provider + ", demoted", story -> {
                        String user = story.member("editor");
                        try (Guard guard = stage.guardFastBy(Duration.ofSeconds(seconds))) {
                            story.api.lead(guard);
                            ObedientClient page = story.reports(user, WRITING);
                            page.turnTo(story.path("/reports/now"));
                            story.work(page);
                            story.changeRole(user, "viewer");
                            story.work(page);
                            story.goOn(page);
                            story.expect(READ, page).refreshes(1);
                        }
                    }),
                    row(provider + ", promoted, scope requested", story -> {
                        String user = story.member("viewer");
                        try (Guard guard = stage.guardFastBy(Duration.ofSeconds(seconds))) {
                            story.api.lead(guard);
                            ObedientClient page = story.reports(user, WRITING);
                            page.turnTo(story.path("/reports/now"));
                            story.work(page);
                            story.changeRole(user, "editor");
                            story.work(page);
                            story.goOn(page);
                            story.expect(WRITE, page).refreshes(1);
                        }
                    }),
                    row(provider + ", promoted, scope not requested", story -> {
                        String user = story.member("viewer");
                        try (Guard guard = stage.guardFastBy(Duration.ofSeconds(seconds))) {
                            story.api.lead(guard);
                            ObedientClient page = story.reports(user, READING);
                            page.turnTo(story.path("/reports/now"));
                            story.work(page);
                            story.changeRole(user, "editor");
                            story.work(page);
                            story.goOn(page);
                            story.expect(WRITE, page).refreshes(1).reconsents(1).useless(1);
                        }
                    }));
        });
    }

    @TestFactory
    @Order(7)
    Stream<DynamicTest> instances() {
        return Stream.of(
                row("restart in the middle", story -> {
                    String user = story.member("viewer");
                    ObedientClient page = story.reports(user, WRITING);
                    story.work(page);
                    story.changeRole(user, "editor");
                    story.pass();
                    story.work(page);
                    try (Guard restarted = stage.newGuard()) {
                        story.api.lead(restarted);
                        story.goOn(page);
                        story.expect(WRITE, page).refreshes(1);
                    }
                }),
                row(
                        "restart in the middle, scope not requested",
                        "one more refresh for what the new instance has not seen; no consent unless a request needs it",
                        story -> {
                            String user = story.member("viewer");
                            ObedientClient page = story.reports(user, READING);
                            story.work(page);
                            story.changeRole(user, "editor");
                            story.pass();
                            story.work(page);
                            try (Guard restarted = stage.newGuard()) {
                                story.api.lead(restarted);
                                story.goOn(page);
                                story.expect(READ, page).refreshes(2).useless(2);
                            }
                        }),
                row("two replicas taking turns", story -> {
                    String user = story.member("viewer");
                    ObedientClient page = story.reports(user, WRITING);
                    story.api.lead(stage.guard, stage.replica);
                    story.work(page);
                    story.work(page);
                    story.changeRole(user, "editor");
                    story.goOn(page);
                    story.expect(WRITE, page).refreshes(1);
                }),
                row(
                        "two replicas taking turns, scope not requested",
                        "one more refresh: each has a memory of its own",
                        story -> {
                            String user = story.member("viewer");
                            ObedientClient page = story.reports(user, READING);
                            story.api.lead(stage.guard, stage.replica);
                            story.work(page);
                            story.work(page);
                            story.changeRole(user, "editor");
                            story.goOn(page);
                            story.expect(WRITE, page).refreshes(2).reconsents(1).useless(2);
                        }));
    }

    @TestFactory
    @Order(8)
    Stream<DynamicTest> machines() {
        return Stream.of(
                row("machine-to-machine, demoted", story -> {
                    ObedientClient agent = story.agent("writer agent", "read:report", "write:report");
                    story.work(agent);
                    story.changeRole("demo-agent", "reader agent");
                    story.goOn(agent);
                    story.expect(READ, agent).refreshes(1);
                }),
                row("machine-to-machine, promoted", "on granted responses it hears of losses only", story -> {
                    ObedientClient agent = story.agent("reader agent", "read:report", "write:report");
                    story.work(agent);
                    story.changeRole("demo-agent", "writer agent");
                    story.goOn(agent);
                    story.expect(WRITE, agent);
                }),
                row(
                        "machine-to-machine, promoted, requests refused for it",
                        "it repeats its token request, naming the scope",
                        story -> {
                            ObedientClient agent = story.agent("reader agent", "read:report");
                            agent.turnTo(story.path("/reports/draft"));
                            story.work(agent);
                            story.changeRole("demo-agent", "writer agent");
                            story.goOn(agent);
                            story.expect(WRITE, agent).refreshes(1);
                        }),
                row("token exchange, demoted", story -> {
                    String user = story.member("editor");
                    ObedientClient service = story.exchange(user, "read:report", "write:report");
                    story.work(service);
                    story.changeRole(user, "viewer");
                    story.goOn(service);
                    story.expect(READ, service).refreshes(1);
                }),
                row("token exchange, promoted, requests refused for it", story -> {
                    String user = story.member("viewer");
                    ObedientClient service = story.exchange(user, "read:report");
                    service.turnTo(story.path("/reports/draft"));
                    story.work(service);
                    story.changeRole(user, "editor");
                    story.goOn(service);
                    story.expect(WRITE, service).refreshes(1);
                }));
    }

    private static void inParallel(int threads, Runnable task) {
        List<Thread> running =
                IntStream.range(0, threads).mapToObj(i -> new Thread(task)).toList();
        running.forEach(Thread::start);
        running.forEach(ConvergenceTests::join);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
