package io.scopeguard.keycloak;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlMatching;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static io.scopeguard.keycloak.SharingContext.SHARING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.scopeguard.permission.read.ConfirmingRead;
import io.scopeguard.provider.Account;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.CallListener;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.Grants;
import io.scopeguard.provider.Membership;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.Priority;
import io.scopeguard.provider.RefreshDelivery;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.Subject;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.scope.Audience;
import io.scopeguard.testing.FakeKeycloak;
import io.scopeguard.testing.FakeRealm;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeycloakPermissionSourceTests {

    private static final Audience API = Audience.resource(FakeKeycloak.API);
    private static final DefinitionsKey ACME = KeycloakRoles.groupsOf("acme");

    private final MovableClock clock = MovableClock.atNoon();
    private final FakeKeycloak server = FakeKeycloak.recorded(clock);
    private final Keycloak keycloak = keycloak(builder -> {});
    private final PermissionSource source = keycloak.permissions();

    @AfterEach
    void stop() {
        server.close();
    }

    private Keycloak keycloak(Consumer<Keycloak.Builder> settings) {
        return keycloak(server, settings);
    }

    private Keycloak keycloak(FakeKeycloak server, Consumer<Keycloak.Builder> settings) {
        Keycloak.Builder builder = Keycloak.at(
                        new KeycloakRealm(server.issuer()), FakeKeycloak.CLIENT_ID, FakeKeycloak.CLIENT_SECRET)
                .resource(API, FakeKeycloak.API_CLIENT)
                .callsPerSecond(1_000)
                .timeout(Loopback.PATIENCE)
                .clock(clock)
                .steadyClock(clock.steady());
        settings.accept(builder);
        return builder.build();
    }

    private FakeRealm realm() {
        return server.realm();
    }

    private static Subject user(String id) {
        return new Subject(Subject.Type.USER, id);
    }

    private Answer<Membership> membership(String user, String organization) {
        return source.membership(user(user), organization, SHARING);
    }

    private Answer<Membership> confirmed(String user, String organization) {
        return source.confirmMembership(user(user), organization, CallContext.FOREGROUND);
    }

    private static Answer<Membership> member(String... groups) {
        return Answer.explicit(Membership.of(Grants.ofRoles(Set.of(groups))));
    }

    private static Answer<Membership> none(Standing standing, boolean isExplicit) {
        return new Answer<>(Membership.none(standing), isExplicit);
    }

    @Test
    void membershipWhenMemberThenItsGroups() {
        realm().join("acme-id", "acme-members", "alice");
        assertThat(membership("alice", "acme")).isEqualTo(member("acme-admins", "acme-members"));
        assertThat(confirmed("alice", "globex")).isEqualTo(member("globex-members"));
    }

    @Test
    void membershipWhenTheListenerFailsThenTheAnswerIsUsedNevertheless() {
        PermissionSource metered = keycloak(builder -> builder.listener(new CallListener() {
                    @Override
                    public void called(String operation, String outcome, Duration took) {
                        throw new IllegalStateException("metrics");
                    }

                    @Override
                    public void waited(Priority priority, Duration took) {
                        throw new AssertionError("metrics");
                    }
                }))
                .permissions();

        assertThat(metered.membership(user("alice"), "acme", CallContext.FOREGROUND))
                .isEqualTo(member("acme-admins"));
    }

    @Test
    void membershipWhenOrganizationsAreIdentifiedByIdThenById() {
        PermissionSource byId = keycloak(builder -> builder.organizationIdentifier(OrganizationIdentifier.ID))
                .permissions();
        assertThat(byId.membership(user("alice"), "acme-id", CallContext.FOREGROUND))
                .isEqualTo(member("acme-admins"));
        assertThat(byId.membership(user("alice"), "acme", CallContext.FOREGROUND))
                .isEqualTo(none(Standing.ORGANIZATION_INACTIVE, false));
    }

    /** The first read takes as few calls as possible; the second one states absence explicitly. */
    @ParameterizedTest
    @CsvSource({
        "dave,    acme,    NOT_A_MEMBER,          false, NOT_A_MEMBER,          true",
        "carol,   acme,    NOT_A_MEMBER,          false, NOT_A_MEMBER,          true",
        "nobody,  acme,    NOT_A_MEMBER,          false, UNKNOWN_SUBJECT,       true",
        "blocked, acme,    SUSPENDED,             true,  SUSPENDED,             true",
        "blocked, globex,  NOT_A_MEMBER,          false, SUSPENDED,             true",
        "alice,   closed,  ORGANIZATION_INACTIVE, true,  ORGANIZATION_INACTIVE, true",
        "alice,   nowhere, ORGANIZATION_INACTIVE, false, ORGANIZATION_INACTIVE, false",
    })
    void membershipWhenThereIsNoneThenWhy(
            String user,
            String organization,
            Standing first,
            boolean isExplicit,
            Standing second,
            boolean isConfirmed) {
        realm().user("blocked", "blocked").member("acme-id", "blocked").enable("blocked", false);
        realm().organization("closed-id", "closed").member("closed-id", "alice").enableOrganization("closed-id", false);
        assertThat(membership(user, organization)).isEqualTo(none(first, isExplicit));
        assertThat(confirmed(user, organization)).isEqualTo(none(second, isConfirmed));
    }

    @Test
    void membershipWhenMemberOfNoGroupThenExplicitOnlyAtTheConfirmingRead() {
        realm().leave("acme-id", "acme-members", "bob");
        assertThat(membership("bob", "acme")).isEqualTo(Answer.implicit(Membership.of(Grants.none())));
        assertThat(confirmed("bob", "acme")).isEqualTo(Answer.explicit(Membership.of(Grants.none())));
    }

    @Test
    void membershipWhenManyMembersAreReadThenTwoCallsEachAndOneForTheOrganization() {
        IntStream.range(0, 10).forEach(i -> realm().user("u" + i, "u" + i).member("acme-id", "u" + i, "acme-members"));
        IntStream.range(0, 10).forEach(i -> membership("u" + i, "acme"));
        assertThat(server.reads()).hasSize(21).contains("/organizations?q=alias:acme");
    }

    @Test
    void membershipWhenOrganizationIsDisabledThenSeenAfterFiveSecondsAndAtOnceByAReadOfItsOwn() {
        membership("alice", "acme");
        realm().enableOrganization("acme-id", false);
        clock.advance(SharedReads.MAX_AGE.minusMillis(1));
        assertThat(membership("bob", "acme")).isEqualTo(member("acme-members"));
        assertThat(source.membership(user("bob"), "acme", () -> Priority.INDIVIDUAL))
                .isEqualTo(none(Standing.ORGANIZATION_INACTIVE, true));
        realm().enableOrganization("acme-id", true);
        clock.advance(SharedReads.MAX_AGE.plusMillis(1));
        assertThat(membership("bob", "acme")).isEqualTo(member("acme-members"));
    }

    /** The confirming read of a loss takes only answers from after the loss was noticed. */
    @Test
    void membershipWhenALaterAnswerIsDemandedThenNoEarlierOneIsShared() {
        long noticed = clock.steady().nanos();
        membership("alice", "acme");
        source.definitions(ACME, SHARING);
        clock.advance(Duration.ofSeconds(1));
        server.forgetReads();
        CallContext demanding =
                new ConfirmingRead(SHARING, noticed + Duration.ofMillis(500).toNanos());

        source.confirmMembership(user("alice"), "acme", demanding);
        source.definitions(ACME, demanding);
        source.confirmMembership(user("bob"), "acme", demanding);

        assertThat(server.reads())
                .filteredOn(read -> read.startsWith("/organizations?"))
                .hasSize(1);
        assertThat(server.reads()).filteredOn("/clients/api/roles"::equals).hasSize(1);
    }

    @Test
    void confirmWhenTheUserIsInManyOrganizationsThenTheirListIsReadAsAWhole() {
        for (int i = 0; i < 250; i++) {
            realm().organization("o" + i, "o" + i).member("o" + i, "bob");
        }
        realm().expel("acme-id", "bob");
        assertThat(confirmed("bob", "acme")).isEqualTo(none(Standing.NOT_A_MEMBER, true));
        assertThat(server.reads())
                .filteredOn(read -> read.startsWith("/organizations/members/"))
                .containsExactly("/organizations/members/bob/organizations");
    }

    /** Such a list ends with the first repetition, and is not read until a limit is reached. */
    @Test
    void definitionsWhenAListIgnoresThePageThenReadToItsFirstRepetition() {
        String roles = IntStream.range(0, 150)
                .mapToObj(i -> "{\"id\":\"r" + i + "\",\"name\":\"role" + i + "\",\"composite\":false}")
                .collect(Collectors.joining(",", "[", "]"));
        server.server().stubFor(get(urlPathMatching(".*/clients/api/roles")).willReturn(okJson(roles)));
        assertThat(source.definitions(source.globalRoles(), SHARING)).hasSize(150);
        assertThat(server.reads())
                .filteredOn(read -> read.startsWith("/clients/api/roles"))
                .hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"globalGrants", "definitions", "roleScopes"})
    void readWhenTheApiClientWasCreatedAgainThenEveryReadFindsIt(String read) {
        realm().grant("bob", "read:report");
        source.definitions(source.globalRoles(), SHARING);
        realm().recreate("api", "api-2");
        clock.advance(SharedReads.MAX_AGE.plusMillis(1));
        Object answer = switch (read) {
            case "globalGrants" -> source.globalGrants(user("bob"), SHARING);
            case "definitions" -> source.definitions(source.globalRoles(), SHARING);
            default -> source.roleScopes(ACME, "acme-members", API, SHARING);
        };
        assertThat(answer.toString()).contains("read:report");
    }

    @Test
    void readWhenTheApiClientIsGoneThenRefusedAndLookedForAtMostOnceInFiveSeconds() {
        source.definitions(source.globalRoles(), SHARING);
        realm().deleteClient("api");
        clock.advance(SharedReads.MAX_AGE.plusMillis(1));
        server.forgetReads();
        assertUnavailable(Reason.REFUSED, () -> source.globalGrants(user("bob"), SHARING));
        assertUnavailable(Reason.REFUSED, () -> source.globalGrants(user("bob"), SHARING));
        assertThat(server.reads())
                .filteredOn("/clients?clientId=reports-api"::equals)
                .hasSize(1);
        realm().client("api-3", FakeKeycloak.API_CLIENT, "read:report").grant("bob", "read:report");
        clock.advance(SharedReads.MAX_AGE.plusMillis(1));
        assertThat(source.globalGrants(user("bob"), SHARING).value().grants())
                .isEqualTo(Grants.ofRoles(Set.of("api-3-read:report")));
    }

    @Test
    void membershipWhenServiceAccountThenLikeAUser() {
        realm().member("acme-id", "agent-user", "acme-members");
        assertThat(source.membership(
                        new Subject(Subject.Type.APPLICATION, "agent-user"), "acme", CallContext.FOREGROUND))
                .isEqualTo(member("acme-members"));
    }

    @Test
    void confirmWhenTwoAnswersContradictEachOtherThenNoAnswer() {
        server.server()
                .stubFor(get(urlPathMatching(".*/organizations/acme-id/members/alice"))
                        .willReturn(aResponse().withStatus(404).withBody("{\"error\":\"HTTP 404 Not Found\"}")));
        assertUnavailable(Reason.MALFORMED, () -> confirmed("alice", "acme"));
    }

    @Test
    void membershipWhenAGroupListIsLongThenAllPages() {
        for (int i = 0; i < 130; i++) {
            realm().group("acme-id", "g" + i, "g" + i).join("acme-id", "g" + i, "bob");
        }
        assertThat(membership("bob", "acme").value().grants().roles()).hasSize(131);
        assertThat(source.definitions(ACME, CallContext.FOREGROUND)).hasSize(132);
    }

    @Test
    void definitionsWhenRolesAreDirectThenFromTheListAlone() {
        assertThat(scopes(ACME))
                .isEqualTo("acme-admins=delete:report,read:report,write:report acme-members=read:report");
        assertThat(server.reads())
                .containsExactly(
                        "/clients/api/roles",
                        "/clients?clientId=reports-api",
                        "/organizations/acme-id/groups?briefRepresentation=false&subGroupsCount=true",
                        "/organizations?q=alias:acme");
    }

    @Test
    void definitionsWhenRolesContainOthersThenExpanded() {
        realm().role("api", "manager", "read:report", "invite:member")
                .group("acme-id", "managers", "managers", "manager")
                .group("acme-id", "auditors", "auditors")
                .mapRealmRole("acme-id", "auditors", "auditor read:report");
        assertThat(scopes(ACME))
                .contains(
                        "managers=invite:member,manager,read:report",
                        "auditors=read:report",
                        "acme-members=read:report");
    }

    /** Members of a child group do not have the roles of its parent, and the list of children shows no roles. */
    @Test
    void definitionsWhenGroupsHaveChildrenThenTheirOwnRoles() {
        realm().subgroup("acme-id", "acme-admins", "billing", "billing", "invite:member")
                .subgroup("acme-id", "billing", "refunds", "refunds");
        assertThat(scopes(ACME)).contains("billing=invite:member", "refunds=");
    }

    @Test
    void definitionsWhenGlobalThenTheClientsRolesByTheirIds() {
        assertThat(scopes(source.globalRoles()))
                .isEqualTo("api-delete:report=delete:report api-invite:member=invite:member api-read:report=read:report"
                        + " api-write:report=write:report");
        assertThat(Objects.requireNonNull(keycloak.catalogue().scopesOf(API)).toList())
                .containsExactlyInAnyOrder("read:report", "write:report", "delete:report", "invite:member");
    }

    @Test
    void roleScopesWhenOneGroupIsAskedForThenItsScopesOrNothing() {
        assertThat(source.roleScopes(ACME, "acme-members", API, CallContext.FOREGROUND))
                .hasValueSatisfying(
                        scopes -> assertThat(scopes.byAudience().get(API)).containsExactly("read:report"));
        assertThat(source.roleScopes(ACME, "unknown", API, CallContext.FOREGROUND))
                .isEmpty();
        assertThat(source.roleScopes(ACME, "globex-admins", API, CallContext.FOREGROUND))
                .isEmpty();
        assertThat(source.roleScopes(source.globalRoles(), "api-read:report", API, CallContext.FOREGROUND))
                .hasValueSatisfying(
                        scopes -> assertThat(scopes.byAudience().get(API)).containsExactly("read:report"));
        assertThat(source.roleScopes(source.globalRoles(), "unknown", API, CallContext.FOREGROUND))
                .isEmpty();
    }

    private String scopes(DefinitionsKey key) {
        Map<String, RoleDefinition> definitions = new TreeMap<>(source.definitions(key, CallContext.FOREGROUND));
        return definitions.entrySet().stream()
                .map(role -> role.getKey() + "=" + scopes(role.getValue()))
                .collect(Collectors.joining(" "));
    }

    private static String scopes(RoleDefinition role) {
        return Objects.requireNonNull(role.scopes()).values().stream()
                .flatMap(scopes -> scopes.toList().stream())
                .sorted()
                .collect(Collectors.joining(","));
    }

    @ParameterizedTest
    @CsvSource({"alice, ACTIVE", "blocked, SUSPENDED", "nobody, UNKNOWN_SUBJECT"})
    void accountWhenUserThenItsStanding(String user, Standing standing) {
        realm().user("blocked", "blocked").enable("blocked", false);
        assertThat(source.account(user(user), CallContext.FOREGROUND))
                .isEqualTo(Answer.explicit(Account.ofStanding(standing)));
    }

    @Test
    void globalGrantsWhenRolesAreHeldThenTheirIdsExpanded() {
        realm().role("api", "manager", "read:report").grant("bob", "manager");
        assertThat(Objects.requireNonNull(source.globalGrants(user("bob"), CallContext.FOREGROUND)
                                .value()
                                .grants())
                        .roles())
                .contains("api-read:report")
                .hasSize(2);
        assertThat(source.globalGrants(user("alice"), CallContext.FOREGROUND))
                .isEqualTo(Answer.implicit(Account.ofGrants(Grants.none())));
        assertThat(source.globalGrants(user("nobody"), CallContext.FOREGROUND)
                        .value()
                        .standing())
                .isEqualTo(Standing.UNKNOWN_SUBJECT);
    }

    @Test
    void accountWhenServiceAccountThenStandingAndGrants() {
        realm().grant("agent-user", "read:report");
        Subject agent = new Subject(Subject.Type.APPLICATION, "agent-user");
        assertThat(source.account(agent, CallContext.FOREGROUND))
                .isEqualTo(Answer.explicit(new Account(Standing.ACTIVE, Grants.ofRoles(Set.of("api-read:report")))));
        realm().enable("agent-user", false);
        assertThat(source.account(agent, CallContext.FOREGROUND))
                .isEqualTo(Answer.explicit(new Account(Standing.SUSPENDED, Grants.none())));
    }

    @ParameterizedTest
    @CsvSource({"ROLES, ALWAYS, 2", "SCOPE, NEVER, 1"})
    void traitsWhenGlobalScopesAreInRolesThenARefreshAlwaysDelivers(
            GlobalScopes globalScopes, RefreshDelivery global, int youngKinds) {
        PermissionSource source =
                keycloak(builder -> builder.globalScopes(globalScopes)).permissions();
        assertThat(source.traits().refreshDelivery(TokenKind.ORGANIZATION_RESOURCE))
                .isEqualTo(RefreshDelivery.ALWAYS);
        assertThat(source.traits().refreshDelivery(TokenKind.RESOURCE)).isEqualTo(global);
        assertThat(source.traits().youngTokens()).hasSize(youngKinds).contains(TokenKind.ORGANIZATION_RESOURCE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "404 | {\"error\":\"Realm not found.\"}           | REFUSED",
                "404 | {\"errorMessage\":\"Organization not found.\"} | REFUSED",
                "404 | <html>no such page</html>                 | REFUSED",
                "403 | <html>firewall</html>                     | REFUSED",
                "403 | {\"error\":\"HTTP 403 Forbidden\"}         | REFUSED",
                "401 | {\"error\":\"HTTP 401 Unauthorized\"}      | REFUSED",
                "200 | []                                        | MALFORMED",
                "200 | {\"id\":\"bob\",\"enabled\":true}          | MALFORMED",
                "200 | {\"id\":\"alice\"}                         | MALFORMED",
                "200 | {\"id\":\"alice\",\"enabled\":             | MALFORMED",
                "302 | {}                                        | MALFORMED",
                "429 | {}                                        | RATE_LIMITED",
                "500 | {\"error\":\"unknown_error\"}              | SERVER_ERROR",
            })
    void membershipWhenTheAnswerIsNotKeycloaksThenNoAnswer(int status, String body, Reason reason) {
        server.server()
                .stubFor(get(urlMatching(".*/members/alice"))
                        .willReturn(aResponse().withStatus(status).withBody(body)));
        assertUnavailable(reason, () -> membership("alice", "acme"));
        assertUnavailable(reason, () -> confirmed("alice", "acme"));
    }

    @Test
    void membershipWhenTheTokenIsRefusedOnceThenRenewed() {
        membership("alice", "acme");
        server.server()
                .stubFor(get(urlMatching(".*/members/alice"))
                        .inScenario("expired")
                        .whenScenarioStateIs("Started")
                        .willReturn(aResponse().withStatus(401).withBody("{\"error\":\"HTTP 401 Unauthorized\"}"))
                        .willSetStateTo("renewed"));
        assertThat(membership("alice", "acme")).isEqualTo(member("acme-admins"));
    }

    @ParameterizedTest
    @CsvSource({"..,acme", "alice,..", "alice,.", "'a\nb',acme"})
    void membershipWhenAnIdCannotBePartOfAPathThenNoAnswer(String user, String organization) {
        assertUnavailable(Reason.MALFORMED, () -> membership(user, organization));
    }

    @Test
    void membershipWhenIdsContainSeparatorsThenTheyStayOneSegment() {
        assertThat(membership("../../users/alice", "acme").value().standing()).isEqualTo(Standing.NOT_A_MEMBER);
        assertThat(server.reads()).contains("/organizations/acme-id/members/..%2F..%2Fusers%2Falice");
        assertThat(membership("alice", "acme&q=alias:globex").value().standing())
                .isEqualTo(Standing.ORGANIZATION_INACTIVE);
    }

    /** Keycloak sends no Date, so its clock is learned from the time at which it issued our own token. */
    @Test
    void clockWhenNoAnswerHasADateThenByOurOwnToken() {
        MovableClock twoMinutesAhead = new MovableClock(clock.instant().plusSeconds(120));
        try (FakeKeycloak ahead = FakeKeycloak.recorded(twoMinutesAhead)) {
            Keycloak keycloak = keycloak(ahead, builder -> {});
            keycloak.permissions().account(user("alice"), CallContext.FOREGROUND);
            assertThat(keycloak.clock().latest(keycloak.clock().steady().nanos()))
                    .isBetween(
                            twoMinutesAhead.instant(), twoMinutesAhead.instant().plusSeconds(1));
        }
    }

    private static void assertUnavailable(Reason reason, org.assertj.core.api.ThrowableAssert.ThrowingCallable read) {
        assertThatExceptionOfType(PermissionsUnavailableException.class)
                .isThrownBy(read)
                .satisfies(failure -> assertThat(failure.reason()).isEqualTo(reason))
                .satisfies(failure -> assertThat(failure.getMessage()).doesNotContain("alice", "acme"));
    }
}
