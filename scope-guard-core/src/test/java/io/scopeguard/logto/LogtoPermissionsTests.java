package io.scopeguard.logto;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okForContentType;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static io.scopeguard.logto.RecordedTenant.ADMIN_ROLE;
import static io.scopeguard.logto.RecordedTenant.MEMBER_ROLE;
import static io.scopeguard.logto.RecordedTenant.NOBODY;
import static io.scopeguard.logto.RecordedTenant.member;
import static io.scopeguard.logto.RecordedTenant.page;
import static io.scopeguard.testing.Recorded.ACME;
import static io.scopeguard.testing.Recorded.AGENT;
import static io.scopeguard.testing.Recorded.ALICE;
import static io.scopeguard.testing.Recorded.BOB;
import static io.scopeguard.testing.Recorded.CAROL;
import static io.scopeguard.testing.Recorded.GLOBEX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import io.scopeguard.permission.Freshness;
import io.scopeguard.permission.Holder;
import io.scopeguard.permission.Holdings;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.permission.PermissionsUnavailableException;
import io.scopeguard.permission.PermissionsUnavailableException.Reason;
import io.scopeguard.permission.RoleKind;
import io.scopeguard.permission.Standing;
import io.scopeguard.permission.Urgency;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.LogEvents;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.Recorded;
import io.scopeguard.token.IssuerClock;
import io.scopeguard.token.Subject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Live permissions by the recorded Management API, and what its troubles are called. */
class LogtoPermissionsTests {

    private static final Audience API = Audience.resource(Recorded.API);
    private static final Scopes ADMIN = Scopes.of("invite:member", "write:report", "read:report", "delete:report");
    private static final Scopes DOCUMENTS = Scopes.of("read:document", "write:document", "delete:document");
    private static final RecordedTenant tenant = new RecordedTenant();
    private static final WireMockServer elsewhere = Loopback.start();

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-21T07:50:00Z"));
    private final Logto logto = tenant.logto(clock).build();

    @BeforeEach
    void reset() {
        tenant.reset();
    }

    @AfterAll
    static void stop() {
        tenant.close();
        elsewhere.stop();
    }

    // Who may do what

    static Stream<Arguments> memberships() {
        Scopes readReport = Scopes.of("read:report");
        Scopes readDocument = Scopes.of("read:document");
        return Stream.of(
                Arguments.of("alice", user(ALICE, ACME, Audience.ORGANIZATION), ADMIN),
                Arguments.of("alice", user(ALICE, GLOBEX, Audience.ORGANIZATION), readReport),
                Arguments.of("bob", user(BOB, ACME, Audience.ORGANIZATION), readReport),
                Arguments.of("carol", user(CAROL, GLOBEX, Audience.ORGANIZATION), ADMIN),
                Arguments.of("alice", user(ALICE, ACME, API), DOCUMENTS),
                Arguments.of("alice", user(ALICE, GLOBEX, API), readDocument),
                Arguments.of("bob", user(BOB, ACME, API), readDocument),
                Arguments.of("carol", user(CAROL, GLOBEX, API), DOCUMENTS),
                Arguments.of("agent", agent(ACME, Audience.ORGANIZATION), Scopes.of("read:report", "write:report")),
                Arguments.of("agent", agent(ACME, API), Scopes.of("read:document", "write:document")),
                Arguments.of("agent", agent(null, API), Scopes.of("read:document", "write:document")));
    }

    @ParameterizedTest
    @MethodSource("memberships")
    void fetchWhenRecordedThenAsTheProviderGrants(String name, PermissionKey key, Scopes scopes) {
        LivePermissions expected = LivePermissions.of(scopes, clock.instant());

        assertThat(fetch(key)).as(name).isEqualTo(expected);
        assertThat(confirm(key)).as(name).isEqualTo(expected);
    }

    @Test
    void fetchWhenBobHasNoGlobalRoleThenHisTokenCanBearWhatDoesNotCount() {
        assertThat(fetch(user(BOB, null, API)))
                .isEqualTo(new LivePermissions(
                        Standing.ACTIVE, Scopes.of("read:document"), Scopes.none(), clock.instant()));
    }

    @Test
    void fetchWhenCarolHasAGlobalRoleThenOnlyThatCounts() {
        assertThat(fetch(user(CAROL, null, API)))
                .isEqualTo(
                        new LivePermissions(Standing.ACTIVE, DOCUMENTS, Scopes.of("read:document"), clock.instant()));
    }

    @Test
    void fetchWhenAliceHasNoGlobalRoleThenNothingCounts() {
        assertThat(fetch(user(ALICE, null, API)))
                .isEqualTo(new LivePermissions(Standing.ACTIVE, DOCUMENTS, Scopes.none(), clock.instant()));
    }

    @Test
    void fetchWhenMemberOfAnOrganizationThenOneSearchTellsAll() {
        fetch(user(ALICE, ACME, Audience.ORGANIZATION));
        tenant.server().resetRequests();
        clock.advanceSeconds(1);

        logto.permissions().read(holder(user(ALICE, ACME, Audience.ORGANIZATION)), Urgency.NOW);

        assertThat(tenant.server().getAllServeEvents()).hasSize(1);
        tenant.server()
                .verify(
                        1,
                        getRequestedFor(urlEqualTo(
                                "/api/organizations/" + ACME + "/users?q=" + ALICE + "&page=1&page_size=100")));
    }

    @Test
    void getWhenDefinitionsAreOlderThenTheAnswerIsAsOldAsThey() {
        Instant first = clock.instant();
        try (PermissionCache cache = cache()) {
            cache.get(user(ALICE, ACME, Audience.ORGANIZATION), freshness(), Scopes.none());
            clock.advanceSeconds(10);
            tenant.server().resetRequests();

            assertThat(cache.get(user(BOB, ACME, Audience.ORGANIZATION), freshness(), Scopes.none())
                            .asOf())
                    .isEqualTo(first);
            assertThat(tenant.server().getAllServeEvents()).hasSize(1);
        }
    }

    // Who may do nothing

    @Test
    void fetchWhenNotAMemberThenNotAMember() {
        for (PermissionKey key : List.of(
                user(CAROL, ACME, Audience.ORGANIZATION),
                user(BOB, GLOBEX, Audience.ORGANIZATION),
                agent(GLOBEX, Audience.ORGANIZATION))) {
            LivePermissions none = LivePermissions.none(Standing.NOT_A_MEMBER, clock.instant());
            assertThat(fetch(key)).isEqualTo(none);
            assertThat(confirm(key)).isEqualTo(none);
        }
    }

    @Test
    void confirmWhenSubjectIsUnknownThenUnknownSubject() {
        Subject stranger = new Subject(Subject.Type.APPLICATION, NOBODY);
        for (PermissionKey key : List.of(
                user(NOBODY, ACME, Audience.ORGANIZATION),
                user(NOBODY, null, API),
                new PermissionKey(stranger, ACME, API),
                new PermissionKey(stranger, null, API))) {
            assertThat(confirm(key)).isEqualTo(LivePermissions.none(Standing.UNKNOWN_SUBJECT, clock.instant()));
        }
        assertThat(fetch(user(NOBODY, null, API)).standing()).isEqualTo(Standing.UNKNOWN_SUBJECT);
    }

    @Test
    void fetchWhenSuspendedThenSuspendedThoughRolesRemain() {
        tenant.found(
                ACME,
                BOB,
                page("[" + member(BOB, MEMBER_ROLE).replace("\"isSuspended\":false", "\"isSuspended\":true") + "]", 1));
        tenant.recorded("/users/" + BOB, "management-api/user.suspended");
        tenant.recorded(RecordedTenant.rolesIn(ACME, BOB), "management-api/org-user-roles.suspended-member");

        for (PermissionKey key : List.of(user(BOB, ACME, Audience.ORGANIZATION), user(BOB, ACME, API))) {
            assertThat(fetch(key).standing()).isEqualTo(Standing.SUSPENDED);
            assertThat(confirm(key).standing()).isEqualTo(Standing.SUSPENDED);
        }
        assertThat(fetch(user(BOB, null, API)).standing()).isEqualTo(Standing.SUSPENDED);
    }

    @Test
    void fetchWhenMemberWithoutRoleThenActiveWithoutScopes() {
        tenant.found(
                ACME, BOB, page("[" + member(BOB, MEMBER_ROLE).replace(RecordedTenant.role(MEMBER_ROLE), "") + "]", 1));
        tenant.recorded(RecordedTenant.rolesIn(ACME, BOB), "management-api/org-user-roles.member-without-role");

        assertThat(fetch(user(BOB, ACME, API))).isEqualTo(LivePermissions.of(Scopes.none(), clock.instant()));
        assertThat(confirm(user(BOB, ACME, API))).isEqualTo(LivePermissions.of(Scopes.none(), clock.instant()));
    }

    @Test
    void fetchWhenOthersPushTheMemberOffThePageThenHeIsAskedForAlone() {
        tenant.found(ACME, ALICE, page("[" + member("x" + ALICE, MEMBER_ROLE) + "]", 150));

        assertThat(fetch(user(ALICE, ACME, Audience.ORGANIZATION)).granted()).isEqualTo(ADMIN);
    }

    @Test
    void fetchWhenOnlyOthersAreFoundThenTheirRolesAreNotHis() {
        tenant.found(ACME, CAROL, page("[" + member("x" + CAROL, ADMIN_ROLE) + "]", 1));

        assertThat(fetch(user(CAROL, ACME, Audience.ORGANIZATION)).standing()).isEqualTo(Standing.NOT_A_MEMBER);
    }

    @Test
    void getWhenRoleIsUnknownThenDefinitionsAreReadAgain() {
        try (PermissionCache cache = cache()) {
            cache.get(user(BOB, ACME, Audience.ORGANIZATION), freshness(), Scopes.none());
            clock.advanceSeconds(5);
            Freshness now = freshness();
            tenant.found(ACME, ALICE, page("[" + member(ALICE, "made-since") + "]", 1));
            tenant.answer(
                    "/organization-roles",
                    page(
                            "[{\"id\":\"" + MEMBER_ROLE + "\",\"scopes\":[],\"resourceScopes\":[]},"
                                    + "{\"id\":\"made-since\",\"scopes\":[{\"name\":\"read:report\"}],\"resourceScopes\":[]}]",
                            2));

            assertThat(cache.get(user(ALICE, ACME, Audience.ORGANIZATION), now, Scopes.none())
                            .granted())
                    .isEqualTo(Scopes.of("read:report"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"not a uri", "my-api", "https://api.example.test/{tenant}", "https://a.example#b", ""})
    void fetchWhenAnotherResourceHasAnOddIndicatorThenItConcernsNobodyElse(String indicator) {
        tenant.answer(
                "/resources",
                okJson("[{\"id\":\"odd\",\"indicator\":\"" + indicator
                        + "\",\"scopes\":[{\"name\":\"x\",\"createdAt\":1}]}]"));
        tenant.answer(
                "/organization-roles",
                page(
                        "[{\"id\":\"" + ADMIN_ROLE + "\",\"scopes\":[{\"name\":\"read:report\"}],"
                                + "\"resourceScopes\":[{\"name\":\"x\",\"resource\":{\"id\":\"odd\"}}]}]",
                        1));
        tenant.answer(
                "/roles/t0ty643crd5maeybcgr0w/scopes",
                okJson("[{\"name\":\"x\",\"resource\":{\"indicator\":\"" + indicator + "\"}},"
                        + "{\"name\":\"read:document\",\"resource\":{\"indicator\":\"https://api.example.test\"}}]"));

        assertThat(fetch(user(ALICE, ACME, Audience.ORGANIZATION)).granted()).isEqualTo(Scopes.of("read:report"));
        assertThat(fetch(user(CAROL, null, API)).granted()).isEqualTo(Scopes.of("read:document"));
    }

    // Pages

    @Test
    void fetchWhenListHasSeveralPagesThenAllAreRead() {
        tenant.recorded("/organization-roles", "management-api/organization-roles.paged");
        tenant.answerPage("/organization-roles", 2, page(memberRoleDefinition(), 3));

        assertThat(fetch(user(BOB, ACME, Audience.ORGANIZATION)).granted()).isEqualTo(Scopes.of("read:report"));
        assertThat(fetch(user(ALICE, ACME, Audience.ORGANIZATION)).granted()).isEqualTo(ADMIN);
    }

    @Test
    void fetchWhenAPageIsMissingThenMalformed() {
        tenant.recorded("/organization-roles", "management-api/organization-roles.paged");
        tenant.answerPage("/organization-roles", 2, page("[]", 3));

        assertTrouble(user(ALICE, ACME, Audience.ORGANIZATION), Reason.MALFORMED);
    }

    @Test
    void fetchWhenASecondPageFailsThenThereIsNoHalfAnswer() {
        tenant.recorded("/organization-roles", "management-api/organization-roles.paged");
        tenant.answerPage("/organization-roles", 2, aResponse().withStatus(500));

        assertTrouble(user(ALICE, ACME, Audience.ORGANIZATION), Reason.SERVER_ERROR);
    }

    @Test
    void fetchWhenCountIsNoNumberThenMalformed() {
        tenant.found(ACME, ALICE, okJson("[]").withHeader("Total-Number", "many"));

        assertTrouble(user(ALICE, ACME, Audience.ORGANIZATION), Reason.MALFORMED);
    }

    @Test
    void confirmWhenSearchWasEmptyWithoutACountThenTheMemberIsFoundAllTheSame() {
        tenant.found(ACME, ALICE, okJson("[]"));

        assertThat(confirm(user(ALICE, ACME, Audience.ORGANIZATION)).granted()).isEqualTo(ADMIN);
    }

    // Troubles

    static Stream<Arguments> troubles() {
        return Stream.of(
                Arguments.of(
                        "connection reset", aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER), Reason.UNREACHABLE),
                Arguments.of("empty response", aResponse().withFault(Fault.EMPTY_RESPONSE), Reason.UNREACHABLE),
                Arguments.of(
                        "malformed chunk", aResponse().withFault(Fault.MALFORMED_RESPONSE_CHUNK), Reason.UNREACHABLE),
                Arguments.of("garbage", aResponse().withFault(Fault.RANDOM_DATA_THEN_CLOSE), Reason.UNREACHABLE),
                Arguments.of("huge", okJson("[" + " ".repeat(8 * 1024 * 1024) + "]"), Reason.MALFORMED),
                Arguments.of("empty body", okJson(""), Reason.MALFORMED),
                Arguments.of("cut off", okJson("[{\"id\":\"" + ALICE + "\",\"isSusp"), Reason.MALFORMED),
                Arguments.of("not JSON", okJson("no"), Reason.MALFORMED),
                Arguments.of("JSON and more", okJson("[]x"), Reason.MALFORMED),
                Arguments.of("HTML", okForContentType("text/html", "<html>sign in</html>"), Reason.MALFORMED),
                Arguments.of("an object", okJson("{}"), Reason.MALFORMED),
                Arguments.of("null", okJson("null"), Reason.MALFORMED),
                Arguments.of("deeply nested", okJson("[".repeat(100_000)), Reason.MALFORMED),
                Arguments.of("a member without id", okJson("[{\"isSuspended\":false}]"), Reason.MALFORMED),
                Arguments.of(
                        "without suspension",
                        okJson("[{\"id\":\"" + ALICE + "\",\"organizationRoles\":[]}]"),
                        Reason.MALFORMED),
                Arguments.of(
                        "without roles",
                        okJson("[{\"id\":\"" + ALICE + "\",\"isSuspended\":false}]"),
                        Reason.MALFORMED),
                Arguments.of("204", aResponse().withStatus(204), Reason.MALFORMED),
                Arguments.of("206", okJson("[]").withStatus(206), Reason.MALFORMED),
                Arguments.of("304", aResponse().withStatus(304), Reason.MALFORMED),
                Arguments.of("400", Recorded.of("errors/pagination.bad-page").response(), Reason.REFUSED),
                Arguments.of("403", Recorded.of("errors/auth.wrong-scope").response(), Reason.REFUSED),
                Arguments.of(
                        "404 of the route", Recorded.of("errors/route.unknown").response(), Reason.MALFORMED),
                Arguments.of(
                        "404 of a proxy", okJson("{\"code\":\"no_backend\"}").withStatus(404), Reason.MALFORMED),
                Arguments.of(
                        "422 of another code",
                        Recorded.of("errors/org-user-roles.put.unknown-role").response(),
                        Reason.MALFORMED),
                Arguments.of("429", aResponse().withStatus(429), Reason.RATE_LIMITED),
                Arguments.of("500", okJson("[]").withStatus(500), Reason.SERVER_ERROR),
                Arguments.of("503", aResponse().withStatus(503), Reason.SERVER_ERROR));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("troubles")
    void fetchWhenTroubleThenUnavailableAndNeverASet(String name, ResponseDefinitionBuilder trouble, Reason reason) {
        tenant.found(ACME, ALICE, trouble);

        assertTrouble(user(ALICE, ACME, Audience.ORGANIZATION), reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/organization-roles",
                "/resources",
                "/users/" + CAROL + "/roles",
                "/roles/t0ty643crd5maeybcgr0w/scopes"
            })
    void fetchWhenAnyOfItsReadsFailsThenUnavailable(String path) {
        tenant.answer(path, aResponse().withStatus(500));

        assertTrouble(user(CAROL, GLOBEX, API), Reason.SERVER_ERROR);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/users/" + CAROL, "/users/" + CAROL + "/roles", "/users/" + CAROL + "/organizations"})
    void fetchOutsideOfOrganizationsWhenAnyOfItsReadsFailsThenUnavailable(String path) {
        tenant.answer(path, aResponse().withStatus(500));

        assertTrouble(user(CAROL, null, API), Reason.SERVER_ERROR);
    }

    @Test
    void fetchWhenOnlyTheListOfScopesFailsThenPermissionsAreStillTold() {
        tenant.answer("/organization-scopes", aResponse().withStatus(500));

        assertThat(fetch(user(ALICE, ACME, Audience.ORGANIZATION)).granted()).isEqualTo(ADMIN);
    }

    @Test
    void fetchWhenHeadersOrBodyAreSlowThenTimeout() {
        fetch(user(CAROL, GLOBEX, Audience.ORGANIZATION));
        tenant.found(ACME, ALICE, okJson("[]").withFixedDelay(20_000));
        tenant.found(GLOBEX, ALICE, okJson("[" + " ".repeat(100) + "]").withChunkedDribbleDelay(50, 20_000));

        List<CompletableFuture<Void>> both = Stream.of(ACME, GLOBEX)
                .map(organization -> CompletableFuture.runAsync(
                        () -> assertTrouble(user(ALICE, organization, Audience.ORGANIZATION), Reason.TIMEOUT)))
                .toList();

        both.forEach(each -> each.orTimeout(60, TimeUnit.SECONDS).join());
    }

    @Test
    void fetchWhenConnectionIsRefusedThenUnreachable() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Logto gone = Logto.at(new LogtoTenant(URI.create("http://127.0.0.1:" + port)), "app", "secret")
                .build();

        assertThatExceptionOfType(PermissionsUnavailableException.class)
                .isThrownBy(() -> gone.permissions().read(holder(user(ALICE, ACME, API)), Urgency.NOW))
                .extracting(PermissionsUnavailableException::reason)
                .isEqualTo(Reason.UNREACHABLE);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void fetchWhenRedirectedThenNotFollowedAndNothingLeaks(int status) {
        elsewhere.resetAll();
        elsewhere.stubFor(get(anyUrl()).willReturn(okJson("[]")));
        tenant.found(ACME, ALICE, aResponse().withStatus(status).withHeader("Location", elsewhere.baseUrl() + "/x"));

        assertTrouble(user(ALICE, ACME, Audience.ORGANIZATION), Reason.MALFORMED);
        assertThat(elsewhere.getAllServeEvents()).isEmpty();
    }

    // Ids in paths

    @ParameterizedTest
    @CsvSource({
        "a/b,          a%2Fb",
        "../../users,  ..%2F..%2Fusers",
        "%2e%2e%2f,    %252e%252e%252f",
        "a b,          a%20b",
        "a+b,          a%2Bb",
        "a?x=1&y#z,    a%3Fx%3D1%26y%23z",
        "{},           %7B%7D",
        "$1,           %241",
        "\u00e4,       %C3%A4"
    })
    void fetchWhenIdIsStrangeThenPercentEncoded(String id, String encoded) {
        assertThatExceptionOfType(PermissionsUnavailableException.class)
                .isThrownBy(() -> fetch(user(id, id, Audience.ORGANIZATION)));
        assertThatExceptionOfType(PermissionsUnavailableException.class)
                .isThrownBy(() -> fetch(new PermissionKey(new Subject(Subject.Type.APPLICATION, id), id, API)));

        tenant.server()
                .verify(
                        1,
                        getRequestedFor(urlEqualTo(
                                "/api/organizations/" + encoded + "/users?q=" + encoded + "&page=1&page_size=100")));
        tenant.server()
                .verify(
                        1,
                        getRequestedFor(urlEqualTo("/api/organizations/" + encoded + "/applications/" + encoded
                                + "/roles?page=1&page_size=100")));
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "..", "..."})
    void fetchWhenIdIsAllDotsThenNothingIsAsked(String id) {
        assertTrouble(user(ALICE, id, Audience.ORGANIZATION), Reason.MALFORMED);
        assertThat(tenant.server().getAllServeEvents()).isEmpty();
    }

    // What is new

    @Test
    void catalogueWhenOrganizationScopeAppearsThenDatedByFirstSight() {
        fetch(user(ALICE, ACME, Audience.ORGANIZATION));
        Instant before = clock.instant();
        clock.advanceSeconds(31);
        tenant.answer("/organization-scopes", okJson("[{\"name\":\"read:report\"},{\"name\":\"export:report\"}]"));
        fetch(user(ALICE, ACME, Audience.ORGANIZATION));

        assertThat(logto.catalogue().isNewSince(Audience.ORGANIZATION, "export:report", before))
                .isTrue();
        assertThat(logto.catalogue()
                        .isNewSince(
                                Audience.ORGANIZATION,
                                "export:report",
                                clock.instant().plus(IssuerClock.TOLERANCE)))
                .isFalse();
        assertThat(logto.catalogue().isNewSince(Audience.ORGANIZATION, "read:report", Instant.EPOCH))
                .isFalse();
    }

    @Test
    void catalogueWhenResourceScopeThenDatedByItsCreation() {
        fetch(user(ALICE, ACME, API));
        Instant creation = Instant.ofEpochMilli(1_795_247_213_457L);

        assertThat(logto.catalogue().scopesOf(API)).isEqualTo(DOCUMENTS);
        assertThat(logto.catalogue().isNewSince(API, "read:document", creation.minusMillis(1)))
                .isTrue();
        assertThat(logto.catalogue().isNewSince(API, "read:document", creation)).isFalse();
    }

    @Test
    void catalogueWhenAScopeIsSeenThatItDoesNotKnowThenReadAtOnce() {
        fetch(user(ALICE, ACME, Audience.ORGANIZATION));
        Instant before = clock.instant();
        clock.advanceSeconds(1);
        tenant.answer(
                "/organization-roles",
                page(
                        "[{\"id\":\"" + ADMIN_ROLE
                                + "\",\"scopes\":[{\"name\":\"export:report\"}],\"resourceScopes\":[]}]",
                        1));
        tenant.answer("/organization-scopes", okJson("[{\"name\":\"export:report\"}]"));
        fetch(user(ALICE, ACME, Audience.ORGANIZATION));

        assertThat(logto.catalogue().isNewSince(Audience.ORGANIZATION, "export:report", before))
                .isTrue();
    }

    // What is counted

    @ParameterizedTest(name = "{0}")
    @MethodSource("troubles")
    void listenerWhenTroubleThenHearsOfEachCallOnceAndWhy(
            String name, ResponseDefinitionBuilder trouble, Reason reason) {
        tenant.found(ACME, ALICE, trouble);
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        Logto counted =
                tenant.logto(clock).listener(of("organization-users", heard)).build();

        assertThatThrownBy(() ->
                        counted.permissions().read(holder(user(ALICE, ACME, Audience.ORGANIZATION)), Urgency.NOW))
                .isInstanceOf(PermissionsUnavailableException.class);

        int calls = reason == Reason.UNREACHABLE ? 2 : 1;
        assertThat(heard).hasSize(calls).containsOnly(reason.name().toLowerCase(Locale.ROOT));
    }

    @Test
    void listenerWhenTheRestOfAListDoesNotComeThenHearsMalformed() {
        tenant.found(ACME, ALICE, okJson("[]"));
        tenant.answer(RecordedTenant.rolesIn(ACME, ALICE), RecordedTenant.page("[]", 1));
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        Logto counted = tenant.logto(clock)
                .listener(of("organization-user-roles", heard))
                .build();

        assertThatThrownBy(() ->
                        counted.permissions().confirm(holder(user(ALICE, ACME, Audience.ORGANIZATION)), Urgency.NOW))
                .isInstanceOf(PermissionsUnavailableException.class);

        assertThat(heard).containsExactly("malformed");
    }

    @Test
    void listenerWhenLogtoSaysThatThereIsNoSuchThingThenHearsNotFound() {
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        Logto counted = tenant.logto(clock).listener(of("user", heard)).build();

        assertThat(counted.permissions()
                        .confirm(holder(user(RecordedTenant.NOBODY, ACME, Audience.ORGANIZATION)), Urgency.NOW))
                .isEqualTo(Holdings.none(Standing.UNKNOWN_SUBJECT));
        assertThat(heard).containsExactly("not_found");
    }

    private static CallListener of(String wanted, Queue<String> outcomes) {
        return (operation, outcome, took) -> {
            if (operation.equals(wanted)) {
                outcomes.add(outcome);
            }
        };
    }

    // What is said

    @Test
    void logsAndExceptionsGiveNeitherSecretsNorIdsAway() {
        String bearer = Recorded.of("tokens/m2m.management-api").accessToken();
        List<String> said = new ArrayList<>();
        try (LogEvents events = LogEvents.capture()) {
            for (Object trouble : troubles().map(row -> row.get()[1]).toList()) {
                tenant.found(ACME, ALICE, (ResponseDefinitionBuilder) trouble);
                assertThatExceptionOfType(PermissionsUnavailableException.class)
                        .isThrownBy(() -> fetch(user(ALICE, ACME, Audience.ORGANIZATION)))
                        .satisfies(e -> said.add(e + " " + e.getCause()));
            }
            for (String refusal : List.of("tokens/m2m.bad-secret", "tokens/m2m.unknown-client")) {
                tenant.tokenAnswer(Recorded.of(refusal).response());
                Logto refused = tenant.logto(clock).build();
                assertThatExceptionOfType(LogtoAccessException.class)
                        .isThrownBy(() -> refused.check(List.of()))
                        .satisfies(e -> said.add(e + " " + e.getCause()));
            }
            assertThat(events.messages()).isNotEmpty();
            said.addAll(events.messages());
        }

        assertThat(said)
                .allSatisfy(text -> assertThat(text)
                        .doesNotContain(
                                ALICE, ACME, RecordedTenant.SECRET, bearer, bearer.substring(0, 20), "Basic ", "eyJ"));
    }

    @Test
    void logsWhenTroubleLastsThenToldOnceAndItsEndOnce() {
        try (LogEvents events = LogEvents.capture()) {
            tenant.found(ACME, ALICE, aResponse().withStatus(503));
            for (int i = 0; i < 3; i++) {
                assertTrouble(user(ALICE, ACME, Audience.ORGANIZATION), Reason.SERVER_ERROR);
                // Others are read well meanwhile: that is no end of it.
                fetch(user(BOB, ACME, Audience.ORGANIZATION));
            }
            tenant.reset();
            clock.advanceSeconds(60);
            fetch(user(ALICE, ACME, Audience.ORGANIZATION));
            fetch(user(ALICE, ACME, Audience.ORGANIZATION));

            String at = tenant.tenant().endpoint().toString();
            assertThat(events.messages())
                    .containsExactly(
                            "WARN Live permissions cannot be read from " + at + ": Logto answered 503.",
                            "INFO Live permissions can be read from " + at + " again");
        }
    }

    private LivePermissions fetch(PermissionKey key) {
        return live(key, logto.permissions().read(holder(key), Urgency.NOW));
    }

    private LivePermissions confirm(PermissionKey key) {
        return live(key, logto.permissions().confirm(holder(key), Urgency.NOW));
    }

    private LivePermissions live(PermissionKey key, Holdings holdings) {
        Map<String, Map<Audience, Scopes>> roles = definitions(RoleKind.ORGANIZATION);
        Scopes granted = scopes(roles, holdings.roles(), key)
                .or(
                        key.audience().isOrganization()
                                ? Scopes.none()
                                : scopes(definitions(RoleKind.GLOBAL), holdings.globalRoles(), key));
        Scopes issuable = granted.or(scopes(roles, holdings.stray(), key));
        return new LivePermissions(holdings.standing(), issuable, granted, clock.instant());
    }

    private Map<String, Map<Audience, Scopes>> definitions(RoleKind kind) {
        return logto.permissions().definitions(kind, Urgency.NOW).byRole();
    }

    private static Scopes scopes(Map<String, Map<Audience, Scopes>> roles, Set<String> held, PermissionKey key) {
        return held.stream()
                .map(role -> roles.getOrDefault(role, Map.of()).getOrDefault(key.audience(), Scopes.none()))
                .reduce(Scopes.none(), Scopes::or);
    }

    private static Holder holder(PermissionKey key) {
        boolean application = key.subject().type() == Subject.Type.APPLICATION;
        Holder.Kind user = key.audience().isOrganization() ? Holder.Kind.MEMBER : Holder.Kind.USER;
        return new Holder(
                application ? Holder.Kind.APPLICATION : user, key.subject().id(), key.organization());
    }

    private PermissionCache cache() {
        return new PermissionCache(logto.permissions(), clock, Duration.ofSeconds(60), 1_000, Duration.ofHours(1));
    }

    private Freshness freshness() {
        return new Freshness(clock.instant().minusSeconds(30), clock.instant().minus(Duration.ofMinutes(5)));
    }

    private void assertTrouble(PermissionKey key, Reason reason) {
        assertThatExceptionOfType(PermissionsUnavailableException.class)
                .isThrownBy(() -> fetch(key))
                .extracting(PermissionsUnavailableException::reason)
                .isEqualTo(reason);
    }

    private static PermissionKey user(String id, @Nullable String organization, Audience audience) {
        return new PermissionKey(new Subject(Subject.Type.USER, id), organization, audience);
    }

    private static PermissionKey agent(@Nullable String organization, Audience audience) {
        return new PermissionKey(new Subject(Subject.Type.APPLICATION, AGENT), organization, audience);
    }

    private static String memberRoleDefinition() {
        return "[{\"id\":\"" + MEMBER_ROLE + "\",\"scopes\":[{\"name\":\"read:report\"}],\"resourceScopes\":[]}]";
    }
}
