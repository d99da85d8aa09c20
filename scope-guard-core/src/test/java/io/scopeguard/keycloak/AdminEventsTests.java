package io.scopeguard.keycloak;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.serverError;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.github.tomakehurst.wiremock.stubbing.StubMapping;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.ChangeFeed;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionChange.OfEverything;
import io.scopeguard.provider.PermissionChange.OfMember;
import io.scopeguard.provider.PermissionChange.OfOrganization;
import io.scopeguard.provider.PermissionChange.OfRoles;
import io.scopeguard.provider.PermissionChange.OfSubject;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.testing.FakeKeycloak;
import io.scopeguard.testing.FakeRealm;
import io.scopeguard.testing.LogEvents;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MovableClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Changes by admin events: those of a real Keycloak, and the result of polling. */
class AdminEventsTests {

    private static final Audience API = Audience.resource(FakeKeycloak.API);
    private static final String ALICE = "c3f4d2df-5d30-4de5-a6cf-8abb78e405d4";
    private static final String BOB = "7dee61ef-606c-48c3-90ad-b4439d30699f";
    private static final String CAROL = "4c61e358-d886-49c0-960f-9b0f5bd8a216";
    private static final String AGENT = "c0ede817-fe13-4564-8587-e2b8aedf6e4c";
    private static final String GUARD = "17ac2150-d8d0-4c20-9687-5d3fcafaab31";

    private final MovableClock clock = MovableClock.atNoon();
    private final FakeKeycloak server = FakeKeycloak.recorded(clock);
    private final Keycloak keycloak = Keycloak.at(
                    new KeycloakRealm(server.issuer()), FakeKeycloak.CLIENT_ID, FakeKeycloak.CLIENT_SECRET)
            .resource(API, FakeKeycloak.API_CLIENT)
            .callsPerSecond(1_000)
            .timeout(Loopback.PATIENCE)
            .clock(clock)
            .steadyClock(clock.steady())
            .build();
    private final List<PermissionChange> changes = new CopyOnWriteArrayList<>();
    private final AdminEvents events = (AdminEvents) keycloak.changeFeed(changes::add);

    @AfterEach
    void stop() {
        events.close();
        server.close();
    }

    private FakeRealm realm() {
        return server.realm();
    }

    /** The alias of an organization is known after the first request about the organization. */
    private void ask(String organization) {
        keycloak.permissions()
                .membership(new Subject(Subject.Type.USER, "alice"), organization, SharingContext.SHARING);
    }

    private List<PermissionChange> polled() {
        changes.clear();
        assertThat(events.poll()).isTrue();
        return List.copyOf(changes);
    }

    @ParameterizedTest
    @CsvSource({
        "CREATE-ORGANIZATION_MEMBERSHIP,        organization acme",
        "DELETE-ORGANIZATION_MEMBERSHIP,        member " + BOB,
        "CREATE-ORGANIZATION_GROUP_MEMBERSHIP,  member " + AGENT,
        "DELETE-ORGANIZATION_GROUP_MEMBERSHIP,  member " + ALICE,
        "UPDATE-ORGANIZATION,                   organization acme",
        "CREATE-ORGANIZATION_GROUP,             roles",
        "CREATE-REALM_ROLE_MAPPING,             roles",
        "DELETE-REALM_ROLE_MAPPING,             roles",
        "CREATE-CLIENT_ROLE_MAPPING,            subject " + AGENT,
        "DELETE-CLIENT_ROLE_MAPPING,            subject " + GUARD,
        "CREATE-GROUP_MEMBERSHIP,               subject " + CAROL,
        "DELETE-GROUP_MEMBERSHIP,               subject " + CAROL,
        "UPDATE-USER,                           subject " + BOB,
        "CREATE-ORGANIZATION,                   nothing",
        "CREATE-CLIENT_ROLE,                    nothing",
        "CREATE-REALM_ROLE,                     nothing",
        "CREATE-GROUP,                          nothing",
        "CREATE-USER,                           nothing",
    })
    void changesWhenRecordedThenTheAffectedSubjects(String name, String expected) {
        AdminEvent event = AdminEvent.of(RecordedKeycloak.of("admin-events/" + name));
        assertThat(AdminEvent.TYPES).contains(event.type());
        assertThat(concerned(event)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "UPDATE, CLIENT_ROLE,        clients/c/roles/r,                        everything",
        "DELETE, CLIENT_ROLE,        clients/c/roles/r,                        everything",
        "CREATE, CLIENT_ROLE,        clients/c/roles/r/composites,             everything",
        "CREATE, REALM_ROLE,         roles-by-id/r/composites,                 everything",
        "CREATE, CLIENT_ROLE_MAPPING, groups/g/role-mappings/clients/c,        everything",
        "DELETE, GROUP,              groups/g,                                 everything",
        "DELETE, CLIENT_ROLE_MAPPING, organizations/o/groups/g/role-mappings/clients/c, roles",
        "DELETE, ORGANIZATION_GROUP, organizations/o/groups/g,                 roles",
        "DELETE, USER,               users/u,                                  subject u",
        "ACTION, USER,               users/u/logout,                           nothing",
        "DELETE, ORGANIZATION,       organizations/unknown,                    nothing",
    })
    void changesWhenSeenOnceThenTheAffectedSubjects(String operation, String type, String path, String expected) {
        assertThat(concerned(new AdminEvent("id", 0, operation, type, path))).isEqualTo(expected);
    }

    private static String concerned(AdminEvent event) {
        String concerned = event.changes(id -> id.equals(RecordedKeycloak.ACME) ? "acme" : null)
                .map(AdminEventsTests::concerned)
                .distinct()
                .collect(Collectors.joining(" "));
        return concerned.isEmpty() ? "nothing" : concerned;
    }

    private static String concerned(PermissionChange change) {
        if (change instanceof OfMember of) {
            return "member " + of.subject().id();
        }
        if (change instanceof OfSubject of) {
            return "subject " + of.subject().id();
        }
        if (change instanceof OfOrganization of) {
            return "organization " + of.organization();
        }
        return change instanceof OfRoles ? "roles" : "everything";
    }

    @Test
    void pollWhenSomethingChangesThenReportedOnceForUsersAndServiceAccounts() {
        ask("acme");
        assertThat(polled()).isEmpty();
        realm().leave("acme-id", "acme-admins", "alice").unmap("acme-id", "acme-members", "read:report");
        assertThat(polled())
                .containsExactlyInAnyOrder(
                        new OfMember(new Subject(Subject.Type.USER, "alice"), "acme"),
                        new OfMember(new Subject(Subject.Type.APPLICATION, "alice"), "acme"),
                        new OfRoles());
        assertThat(polled()).isEmpty();
        clock.advance(Duration.ofMinutes(5));
        assertThat(polled()).isEmpty();
    }

    /** Events are dated before their transactions end. */
    @Test
    void pollWhenAnEventAppearsLateThenFoundWithinTenSeconds() {
        polled();
        clock.advanceSeconds(20);
        realm().enable("alice", false);
        polled();
        clock.step(Duration.ofSeconds(-9));
        realm().enable("bob", false);
        clock.step(Duration.ofSeconds(9));
        assertThat(polled())
                .contains(new OfSubject(new Subject(Subject.Type.USER, "bob")))
                .hasSize(2);
        assertThat(polled()).isEmpty();
    }

    @Test
    void pollWhenTheLastEventIsGoneThenEverythingMayHaveChanged() {
        polled();
        realm().forgetAdminEvents();
        assertThat(polled()).containsExactly(new OfEverything());
        assertThat(polled()).isEmpty();
        realm().enable("bob", false);
        assertThat(polled()).contains(new OfSubject(new Subject(Subject.Type.USER, "bob")));
    }

    @Test
    void pollWhenThereAreMoreEventsThanAreReadThenEverythingMayHaveChanged() {
        polled();
        for (int i = 0; i < 2_001; i++) {
            clock.advance(Duration.ofMillis(1));
            realm().event("UPDATE", "USER", "users/u" + i);
        }
        assertThat(polled()).containsExactly(new OfEverything());
        assertThat(polled()).isEmpty();
    }

    @Test
    void pollWhenThereAreSeveralPagesThenAllAreRead() {
        polled();
        for (int i = 0; i < 250; i++) {
            realm().event("UPDATE", "USER", "users/u" + i);
        }
        assertThat(polled()).hasSize(500);
        assertThat(polled()).isEmpty();
    }

    @Test
    void pollWhenItFailsThenTheNextOneReportsTheMissedChanges() {
        polled();
        StubMapping trouble =
                server.server().stubFor(get(urlPathMatching(".*/admin-events")).willReturn(serverError()));
        realm().enable("bob", false);
        assertThat(events.poll()).isFalse();
        assertThat(changes).isEmpty();
        server.server().removeStub(trouble);
        clock.advance(Duration.ofHours(1));
        assertThat(polled()).contains(new OfSubject(new Subject(Subject.Type.USER, "bob")));
    }

    /** The receiver may fail because no thread can be started, for example. */
    @ParameterizedTest
    @MethodSource("unexpected")
    void startWhenAPollFailsUnexpectedlyThenTheNextOneReportsTheSameChanges(Throwable failure)
            throws InterruptedException {
        BlockingQueue<PermissionChange> reported = new LinkedBlockingQueue<>();
        Semaphore failures = new Semaphore(0);
        AtomicBoolean isFailing = new AtomicBoolean(true);
        try (LogEvents logged = LogEvents.capture();
                AdminEvents polling = (AdminEvents) keycloak.changeFeed(change -> {
                    if (isFailing.get()) {
                        failures.release();
                        throwUnchecked(failure);
                    }
                    reported.add(change);
                })) {
            assertThat(polling.poll()).isTrue();
            realm().enable("bob", false);
            polling.start(Duration.ofMillis(20));
            failures.acquire(2);
            isFailing.set(false);

            assertThat(reported.take()).isEqualTo(new OfSubject(new Subject(Subject.Type.USER, "bob")));
            assertThat(logged.messages()).anyMatch(message -> message.contains("A poll of admin events failed"));
        }
    }

    static Stream<Throwable> unexpected() {
        return Stream.of(
                new OutOfMemoryError("unable to create native thread"),
                new UncheckedIOException(new IOException("Too many open files")));
    }

    private static void throwUnchecked(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) failure;
    }

    @Test
    void pollWhenARoleIsCreatedThenTheCatalogueKnows() {
        keycloak.permissions().definitions(keycloak.permissions().globalRoles(), CallContext.FOREGROUND);
        polled();
        realm().role("api", "export:report");
        assertThat(polled()).isEmpty();
        assertThat(Objects.requireNonNull(keycloak.catalogue().scopesOf(API)).contains("export:report"))
                .isTrue();
        assertThat(keycloak.catalogue().appearedAt(API, "export:report")).isPresent();
    }

    /** An answer that members share must not be older than the change. */
    @Test
    void pollWhenAnOrganizationIsDisabledThenTheNextReadSeesIt() {
        ask("acme");
        polled();
        clock.advanceSeconds(1);
        realm().enableOrganization("acme-id", false);
        assertThat(polled()).containsExactly(new OfOrganization("acme"));
        server.forgetReads();
        ask("acme");
        assertThat(server.reads()).containsExactly("/organizations?q=alias:acme");
    }

    @Test
    void pollWhenAskedThenOneCallForAllUsersAndOnlyKindsOfInterest() {
        polled();
        server.forgetReads();
        realm().event("CREATE", "CLIENT_SCOPE", "client-scopes/s").event("UPDATE", "REALM", "");
        assertThat(polled()).isEmpty();
        assertThat(server.reads()).singleElement().asString().contains("resourceTypes=ORGANIZATION_GROUP_MEMBERSHIP");
    }

    /** Details of events contain names and e-mail addresses. */
    @Test
    void pollWhenEventsAreMalformedThenNothingOfThemIsLogged() {
        polled();
        realm().event("UPDATE", "USER", "users/alice");
        try (LogEvents logged = LogEvents.capture()) {
            server.server()
                    .stubFor(
                            get(urlPathMatching(".*/admin-events"))
                                    .willReturn(
                                            okJson(
                                                    "[{\"time\":1,\"details\":{\"username\":\"alice\",\"email\":\"alice@example.test\"}}]")));
            assertThat(events.poll()).isFalse();
            assertThat(logged.messages()).isNotEmpty().noneMatch(message -> message.contains("alice"));
        }
    }

    /** Users are read all the same, and a later failure of such a read is logged for itself. */
    @Test
    void pollWhenEventsMayNotBeReadThenLivePermissionsAreNotReportedAsMissing() {
        forbid(".*/admin-events");
        try (LogEvents logged = LogEvents.capture()) {
            assertThat(events.poll()).isFalse();
            assertThat(logged.messages())
                    .filteredOn(message -> message.startsWith("WARN"))
                    .singleElement()
                    .asString()
                    .contains("Admin events cannot be read", "changes are noticed by age only", "view-events");
            forbid(".*/members/alice");
            assertThatExceptionOfType(PermissionsUnavailableException.class).isThrownBy(() -> ask("acme"));
            assertThat(logged.messages())
                    .filteredOn(message -> message.startsWith("WARN"))
                    .hasSize(2)
                    .last()
                    .asString()
                    .contains("Live permissions cannot be read", "view-users");
        }
    }

    private void forbid(String path) {
        server.server()
                .stubFor(get(urlPathMatching(path))
                        .willReturn(aResponse()
                                .withStatus(403)
                                .withBody(RecordedKeycloak.body("errors/management.no-role")
                                        .toString())));
    }

    @Test
    void startWhenStartedThenPollsByItselfUntilClosed() throws InterruptedException {
        BlockingQueue<PermissionChange> reported = new LinkedBlockingQueue<>();
        try (ChangeFeed polling = keycloak.changeFeed(reported::add)) {
            polling.start(Duration.ofMillis(20));
            // The test does not wait for the first poll, because events before it are irrelevant.
            PermissionChange change = null;
            for (int i = 0; change == null && i < 1_000; i++) {
                realm().enable("bob", i % 2 == 0);
                change = reported.poll(100, TimeUnit.MILLISECONDS);
            }
            assertThat(change).isEqualTo(new OfSubject(new Subject(Subject.Type.USER, "bob")));
        }
    }
}
