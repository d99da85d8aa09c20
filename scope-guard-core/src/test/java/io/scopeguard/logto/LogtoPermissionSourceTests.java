package io.scopeguard.logto;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okForContentType;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static io.scopeguard.logto.RecordedTenant.ADMIN_ROLE;
import static io.scopeguard.logto.RecordedTenant.AUDITOR_ROLE;
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
import io.scopeguard.provider.Account;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.CallListener;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.Grants;
import io.scopeguard.provider.Holder;
import io.scopeguard.provider.Member;
import io.scopeguard.provider.Membership;
import io.scopeguard.provider.Page;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.RefreshDelivery;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.provider.RoleScopes;
import io.scopeguard.provider.ScopeCatalogue.Novelty;
import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.Subject;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.LogEvents;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.Recorded;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.token.AccessToken;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Subjects and roles in the recorded Management API, and the reasons for failures. */
class LogtoPermissionSourceTests {

    private static final Audience API = Audience.resource(Recorded.API);
    private static final Scopes ADMIN = Scopes.of("invite:member", "write:report", "read:report", "delete:report");
    private static final Scopes DOCUMENTS = Scopes.of("read:document", "write:document", "delete:document");
    private static final CallContext NOW = CallContext.FOREGROUND;
    private static final RecordedTenant tenant = new RecordedTenant();
    private static final WireMockServer elsewhere = Loopback.start();
    private static final MovableClock clock = new MovableClock(Instant.parse("2026-11-21T07:50:00Z"));
    private static final TestTokens tokens = new TestTokens(clock);

    private final Logto logto = tenant.logto(clock).build();
    private final PermissionSource source = logto.permissions();

    @BeforeEach
    void reset() {
        tenant.reset();
    }

    @AfterAll
    static void stop() {
        tenant.close();
        elsewhere.stop();
        tokens.close();
    }

    // Members and their roles

    static Stream<Arguments> memberships() {
        Scopes readReport = Scopes.of("read:report");
        Scopes readDocument = Scopes.of("read:document");
        return Stream.of(
                Arguments.of("alice", user(ALICE), ACME, ADMIN, DOCUMENTS),
                Arguments.of("alice", user(ALICE), GLOBEX, readReport, readDocument),
                Arguments.of("bob", user(BOB), ACME, readReport, readDocument),
                Arguments.of("carol", user(CAROL), GLOBEX, ADMIN, DOCUMENTS),
                Arguments.of(
                        "agent",
                        application(AGENT),
                        ACME,
                        Scopes.of("read:report", "write:report"),
                        Scopes.of("read:document", "write:document")));
    }

    @ParameterizedTest(name = "{0} in {2}")
    @MethodSource("memberships")
    void membershipWhenRecordedThenTheProvidersGrantsAndExplicit(
            String name, Subject subject, String organization, Scopes reports, Scopes documents) {
        for (Answer<Membership> answer : both(subject, organization)) {
            assertThat(answer.isExplicit()).isTrue();
            assertThat(answer.value().standing()).isEqualTo(Standing.ACTIVE);
            Set<String> held = answer.value().grants().roles();
            assertThat(scopes(DefinitionsKey.ORGANIZATION_ROLES, held, Audience.ORGANIZATION))
                    .isEqualTo(reports);
            assertThat(scopes(DefinitionsKey.ORGANIZATION_ROLES, held, API)).isEqualTo(documents);
        }
    }

    @Test
    void membershipWhenAUserThenOneSearchTellsAll() {
        source.membership(user(ALICE), ACME, NOW);

        assertThat(asked()).containsExactly("/organizations/" + ACME + "/users?q=" + ALICE + "&page=1&page_size=100");
    }

    @Test
    void confirmMembershipWhenAUserThenByTwoReadsThatConcernNobodyElse() {
        source.confirmMembership(user(ALICE), ACME, NOW);

        assertThat(asked())
                .containsExactly(
                        "/users/" + ALICE,
                        "/organizations/" + ACME + "/users/" + ALICE + "/roles?page=1&page_size=100");
        assertThat(source.traits().confirmationCalls()).isEqualTo(2);
    }

    /** Only a token without an organization carries all scopes of the sign-in's grant. */
    @Test
    void traitsWhenLogtoThenARefreshNeverDeliversWithoutAnOrganizationOnly() {
        assertThat(source.traits().refreshDelivery(TokenKind.ORGANIZATION)).isEqualTo(RefreshDelivery.IF_REQUESTED);
        assertThat(source.traits().refreshDelivery(TokenKind.ORGANIZATION_RESOURCE))
                .isEqualTo(RefreshDelivery.IF_REQUESTED);
        assertThat(source.traits().refreshDelivery(TokenKind.RESOURCE)).isEqualTo(RefreshDelivery.NEVER);
        assertThat(source.traits().globalGrantsCount())
                .containsExactlyInAnyOrder(TokenKind.ORGANIZATION_RESOURCE, TokenKind.RESOURCE);
        assertThat(source.traits().leakingKinds()).containsExactly(TokenKind.RESOURCE);
        assertThat(source.traits().youngTokens())
                .containsExactlyInAnyOrder(TokenKind.ORGANIZATION, TokenKind.ORGANIZATION_RESOURCE);
    }

    @Test
    void membershipWhenNotFoundBySearchThenNotAMemberButNotExplicit() {
        assertThat(source.membership(user(CAROL), ACME, NOW))
                .isEqualTo(Answer.implicit(Membership.none(Standing.NOT_A_MEMBER)));
        assertThat(source.membership(user(BOB), GLOBEX, NOW).isExplicit()).isFalse();
    }

    @Test
    void confirmMembershipWhenLogtoRequiresMembershipThenNotAMemberAndExplicit() {
        for (Subject subject : List.of(user(CAROL), user(BOB))) {
            String organization = subject.id().equals(CAROL) ? ACME : GLOBEX;
            assertThat(source.confirmMembership(subject, organization, NOW))
                    .isEqualTo(Answer.explicit(Membership.none(Standing.NOT_A_MEMBER)));
        }
        assertThat(both(application(AGENT), GLOBEX))
                .containsOnly(Answer.explicit(Membership.none(Standing.NOT_A_MEMBER)));
    }

    @Test
    void confirmMembershipWhenSubjectIsUnknownThenUnknownSubjectAndExplicit() {
        Answer<Membership> unknown = Answer.explicit(Membership.none(Standing.UNKNOWN_SUBJECT));

        assertThat(source.confirmMembership(user(NOBODY), ACME, NOW)).isEqualTo(unknown);
        assertThat(both(application(NOBODY), ACME)).containsOnly(unknown);
    }

    @Test
    void membershipWhenSuspendedThenSuspendedThoughRolesRemain() {
        tenant.found(
                ACME,
                BOB,
                page("[" + member(BOB, MEMBER_ROLE).replace("\"isSuspended\":false", "\"isSuspended\":true") + "]", 1));
        tenant.recorded("/users/" + BOB, "management-api/user.suspended");
        tenant.recorded(RecordedTenant.rolesIn(ACME, BOB), "management-api/org-user-roles.suspended-member");

        assertThat(both(user(BOB), ACME)).containsOnly(Answer.explicit(Membership.none(Standing.SUSPENDED)));
    }

    /** A faulty provider may also return a bare empty list, but not an object without roles. */
    @Test
    void membershipWhenMemberWithoutRoleThenExplicitOnlyWhereTheMemberIsShown() {
        tenant.found(
                ACME, BOB, page("[" + member(BOB, MEMBER_ROLE).replace(RecordedTenant.role(MEMBER_ROLE), "") + "]", 1));
        tenant.recorded(RecordedTenant.rolesIn(ACME, BOB), "management-api/org-user-roles.member-without-role");
        Membership withoutRoles = Membership.of(Grants.none());

        assertThat(source.membership(user(BOB), ACME, NOW)).isEqualTo(Answer.explicit(withoutRoles));
        assertThat(source.confirmMembership(user(BOB), ACME, NOW)).isEqualTo(Answer.implicit(withoutRoles));
    }

    @Test
    void membershipWhenApplicationWithoutRoleThenNotExplicit() {
        tenant.answer("/organizations/" + ACME + "/applications/" + AGENT + "/roles", page("[]", 0));

        assertThat(both(application(AGENT), ACME)).containsOnly(Answer.implicit(Membership.of(Grants.none())));
    }

    @Test
    void membershipWhenOthersPushTheMemberOffThePageThenAskedForAlone() {
        tenant.found(ACME, ALICE, page("[" + member("x" + ALICE, MEMBER_ROLE) + "]", 150));

        assertThat(source.membership(user(ALICE), ACME, NOW).value().grants().roles())
                .containsExactly(ADMIN_ROLE);
    }

    @Test
    void membershipWhenSearchFindsOthersThenNotAMember() {
        tenant.found(ACME, CAROL, page("[" + member("x" + CAROL, ADMIN_ROLE) + "]", 1));

        assertThat(source.membership(user(CAROL), ACME, NOW).value().standing()).isEqualTo(Standing.NOT_A_MEMBER);
    }

    /** 200 [] for any subject, which is why scopes are never requested by subject. */
    @Test
    void readThenTheScopesOfASubjectAreNeverRequested() {
        both(user(ALICE), ACME);
        both(application(AGENT), ACME);
        source.definitions(DefinitionsKey.ORGANIZATION_ROLES, NOW);

        assertThat(tenant.server().getAllServeEvents())
                .extracting(event -> event.getRequest().getUrl())
                .noneMatch(url -> url.matches("/api/organizations/.*/scopes.*"));
    }

    // Members by page

    @Test
    void membersWhenRecordedThenEverybodyOnThePage() {
        tenant.recorded(RecordedTenant.membersOf(ACME), "management-api/org-users.acme");

        Page<Member> page = source.members(ACME, null, NOW);

        assertThat(page.items())
                .contains(
                        new Member(ALICE, Membership.of(Grants.ofRoles(Set.of(ADMIN_ROLE)))),
                        new Member(BOB, Membership.of(Grants.ofRoles(Set.of(MEMBER_ROLE)))));
        assertThat(page.total()).isEqualTo(page.items().size());
        assertThat(page.next()).isNull();
    }

    @Test
    void membersWhenTheOrganizationIsUnknownThenAnEmptyPageAsLogtoSays() {
        tenant.recorded(RecordedTenant.membersOf("unknown"), "errors/org-users.unknown-org");

        assertThat(source.members("unknown", null, NOW)).isEqualTo(new Page<>(List.of(), null, 0));
    }

    // Accounts

    @Test
    void accountWhenAUserThenItsStanding() {
        tenant.recorded("/users/" + BOB, "management-api/user.suspended");

        assertThat(source.account(user(ALICE), NOW)).isEqualTo(Answer.explicit(Account.ofStanding(Standing.ACTIVE)));
        assertThat(source.account(user(BOB), NOW)).isEqualTo(Answer.explicit(Account.ofStanding(Standing.SUSPENDED)));
        assertThat(source.account(user(NOBODY), NOW))
                .isEqualTo(Answer.explicit(Account.ofStanding(Standing.UNKNOWN_SUBJECT)));
        assertThat(asked()).containsExactly("/users/" + ALICE, "/users/" + BOB, "/users/" + NOBODY);
    }

    @Test
    void globalGrantsWhenAUserThenItsGlobalRoles() {
        assertThat(source.globalGrants(user(CAROL), NOW))
                .isEqualTo(Answer.explicit(Account.ofGrants(Grants.ofRoles(Set.of(AUDITOR_ROLE)))));
        assertThat(source.globalGrants(user(ALICE), NOW)).isEqualTo(Answer.implicit(Account.ofGrants(Grants.none())));
        assertThat(source.globalGrants(user(NOBODY), NOW))
                .isEqualTo(Answer.explicit(new Account(Standing.UNKNOWN_SUBJECT, Grants.none())));
    }

    @Test
    void accountWhenAnApplicationThenItsRolesToo() {
        Answer<Account> agent =
                Answer.explicit(new Account(Standing.ACTIVE, Grants.ofRoles(Set.of(RecordedTenant.SERVICE_ROLE))));

        assertThat(source.account(application(AGENT), NOW)).isEqualTo(agent);
        assertThat(source.globalGrants(application(AGENT), NOW)).isEqualTo(agent);
        assertThat(asked()).hasSize(2).allMatch(read -> read.startsWith("/applications/" + AGENT + "/roles?"));
        assertThat(source.account(application(NOBODY), NOW))
                .isEqualTo(Answer.explicit(new Account(Standing.UNKNOWN_SUBJECT, Grants.none())));
    }

    // Roles

    @Test
    void definitionsWhenGlobalRolesThenThoseOfUsersWithTheirHoldersAndWithoutScopes() {
        tenant.recorded("/roles", "management-api/roles.user-type");

        assertThat(source.definitions(DefinitionsKey.GLOBAL_ROLES, NOW))
                .containsExactly(
                        Map.entry(AUDITOR_ROLE, new RoleDefinition(Set.of("auditor"), null, 1, Set.of(CAROL))));
        assertThat(asked()).containsExactly("/roles?page=1&page_size=100");
    }

    @Test
    void roleScopesWhenAGlobalRoleThenAllOfThem() {
        assertThat(source.roleScopes(DefinitionsKey.GLOBAL_ROLES, AUDITOR_ROLE, API, NOW))
                .contains(new RoleScopes(Map.of(API, Scopes.of("read:document")), true));
        assertThat(source.roleScopes(DefinitionsKey.GLOBAL_ROLES, RecordedTenant.SERVICE_ROLE, API, NOW))
                .contains(new RoleScopes(
                        Map.of(
                                API,
                                Scopes.of("read:document", "write:document"),
                                Audience.resource("https://other.example.test"),
                                Scopes.of("read:document")),
                        true));
    }

    @Test
    void roleScopesWhenARoleInOrganizationsThenThoseOfTheAudienceWithOneRead() {
        tenant.recorded(
                "/organization-roles/" + ADMIN_ROLE + "/scopes", "management-api/organization-role-scopes.admin");
        tenant.recorded(
                "/organization-roles/" + MEMBER_ROLE + "/resource-scopes",
                "management-api/organization-role-resource-scopes.member");
        logto.check(List.of(Audience.ORGANIZATION, API));
        tenant.server().resetRequests();

        assertThat(source.roleScopes(DefinitionsKey.ORGANIZATION_ROLES, ADMIN_ROLE, Audience.ORGANIZATION, NOW))
                .contains(new RoleScopes(Map.of(Audience.ORGANIZATION, ADMIN), false));
        assertThat(source.roleScopes(DefinitionsKey.ORGANIZATION_ROLES, MEMBER_ROLE, API, NOW))
                .contains(new RoleScopes(Map.of(API, Scopes.of("read:document")), false));
        assertThat(asked()).hasSize(2);
    }

    @Test
    void roleScopesWhenTheRoleIsUnknownThenEmpty() {
        tenant.recorded("/organization-roles/gone/scopes", "errors/organization-role-scopes.unknown-role");
        tenant.recorded(
                "/organization-roles/gone/resource-scopes", "errors/organization-role-resource-scopes.unknown-role");
        tenant.recorded("/roles/gone/scopes", "errors/role-scopes.unknown-role");
        tenant.recorded("/roles/gone/users", "errors/role.unknown");

        assertThat(source.roleScopes(DefinitionsKey.ORGANIZATION_ROLES, "gone", Audience.ORGANIZATION, NOW))
                .isEmpty();
        assertThat(source.roleScopes(DefinitionsKey.ORGANIZATION_ROLES, "gone", API, NOW))
                .isEmpty();
        assertThat(source.roleScopes(DefinitionsKey.GLOBAL_ROLES, "gone", API, NOW))
                .isEmpty();
        assertThat(source.holders("gone", null, NOW)).isEqualTo(new Page<>(List.of(), null, 0));
    }

    @Test
    void holdersWhenRecordedThenTheirIdsAndStanding() {
        tenant.recorded("/roles/" + AUDITOR_ROLE + "/users", "management-api/role-users.auditor");

        assertThat(source.holders(AUDITOR_ROLE, null, NOW))
                .isEqualTo(new Page<>(List.of(new Holder(CAROL, Standing.ACTIVE)), null, 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"not a uri", "my-api", "https://api.example.test/{tenant}", "https://a.example#b", ""})
    void definitionsWhenAnotherResourceHasAnOddIndicatorThenItConcernsNobodyElse(String indicator) {
        tenant.answer(
                "/resources",
                okJson("[{\"id\":\"odd\",\"indicator\":\"" + indicator
                        + "\",\"scopes\":[{\"id\":\"s1\",\"name\":\"x\",\"createdAt\":1}]}]"));
        tenant.answer(
                "/organization-roles",
                page(
                        "[{\"id\":\"" + ADMIN_ROLE
                                + "\",\"name\":\"admin\",\"scopes\":[{\"id\":\"s2\",\"name\":\"read:report\"}],"
                                + "\"resourceScopes\":[{\"id\":\"s1\",\"name\":\"x\",\"resource\":{\"id\":\"odd\"}}]}]",
                        1));
        tenant.answer(
                "/roles/t0ty643crd5maeybcgr0w/scopes",
                okJson(
                        "[{\"id\":\"s1\",\"name\":\"x\",\"resource\":{\"indicator\":\"" + indicator + "\"}},"
                                + "{\"id\":\"s2\",\"name\":\"read:document\",\"resource\":{\"indicator\":\"https://api.example.test\"}}]"));

        assertThat(definition(ADMIN_ROLE)).isEqualTo(Map.of(Audience.ORGANIZATION, Scopes.of("read:report")));
        assertThat(source.roleScopes(DefinitionsKey.GLOBAL_ROLES, AUDITOR_ROLE, API, NOW))
                .contains(new RoleScopes(Map.of(API, Scopes.of("read:document")), true));
    }

    /** The role loses these scopes, nothing else is lost, and the list of resources is read once more, not once for each scope. */
    @Test
    void definitionsWhenARoleNamesAnUnknownResourceThenOnlyThoseScopesAreMissing() {
        tenant.answer(
                "/organization-roles",
                page(
                        "[" + role(ADMIN_ROLE, "read:report", "gone", "gone", "gone too") + ","
                                + role(MEMBER_ROLE, "read:report") + "]",
                        2));

        assertThat(definition(ADMIN_ROLE)).isEqualTo(Map.of(Audience.ORGANIZATION, Scopes.of("read:report")));
        assertThat(definition(MEMBER_ROLE)).isEqualTo(Map.of(Audience.ORGANIZATION, Scopes.of("read:report")));
        tenant.server().resetRequests();
        clock.advanceSeconds(1);
        source.definitions(DefinitionsKey.ORGANIZATION_ROLES, NOW);
        assertThat(asked()).filteredOn(read -> read.startsWith("/resources")).hasSize(1);
    }

    @Test
    void definitionsWhenAResourceWasMadeSinceThenItIsLookedUp() {
        source.definitions(DefinitionsKey.ORGANIZATION_ROLES, NOW);
        clock.advanceSeconds(1);
        tenant.answer("/organization-roles", page("[" + role(ADMIN_ROLE, "read:report", "newer") + "]", 1));
        tenant.answer(
                "/resources",
                page("[{\"id\":\"newer\",\"indicator\":\"https://newer.example.test\",\"scopes\":[]}]", 1));

        assertThat(definition(ADMIN_ROLE)).containsKey(Audience.resource("https://newer.example.test"));
    }

    @Test
    void definitionsWhenOnlyOwnResourcesMatterThenOthersScopesAreLeftOut() {
        Logto other = tenant.logto(clock)
                .resources(List.of(Audience.resource("https://other.example.test")))
                .build();

        assertThat(other.permissions()
                        .definitions(DefinitionsKey.ORGANIZATION_ROLES, NOW)
                        .get(ADMIN_ROLE)
                        .scopes())
                .isEqualTo(Map.of(Audience.ORGANIZATION, ADMIN));
        assertThat(other.permissions()
                        .roleScopes(DefinitionsKey.GLOBAL_ROLES, RecordedTenant.SERVICE_ROLE, API, NOW)
                        .orElseThrow()
                        .byAudience())
                .containsOnlyKeys(Audience.resource("https://other.example.test"));
    }

    @Test
    void definitionsWhenTheApiHasNoResourcesThenTheListOfResourcesIsNotAskedFor() {
        Logto none = tenant.logto(clock).resources(List.of()).build();

        none.permissions().definitions(DefinitionsKey.ORGANIZATION_ROLES, NOW);
        assertThat(asked())
                .extracting(read -> read.replaceAll("\\?.*", ""))
                .containsExactly("/organization-roles", "/organization-scopes");
    }

    // Lists of several pages

    @Test
    void definitionsWhenListHasSeveralPagesThenAllAreRead() {
        tenant.recorded("/organization-roles", "management-api/organization-roles.paged");
        tenant.answerPage("/organization-roles", 2, page("[" + role(MEMBER_ROLE, "read:report") + "]", 3));

        assertThat(source.definitions(DefinitionsKey.ORGANIZATION_ROLES, NOW))
                .hasSize(3)
                .containsKeys(ADMIN_ROLE, MEMBER_ROLE);
    }

    @Test
    void definitionsWhenAPageIsMissingThenMalformed() {
        tenant.recorded("/organization-roles", "management-api/organization-roles.paged");
        tenant.answerPage("/organization-roles", 2, page("[]", 3));

        assertTrouble(() -> source.definitions(DefinitionsKey.ORGANIZATION_ROLES, NOW), Reason.MALFORMED);
    }

    @Test
    void definitionsWhenASecondPageFailsThenThereIsNoHalfAnswer() {
        tenant.recorded("/organization-roles", "management-api/organization-roles.paged");
        tenant.answerPage("/organization-roles", 2, aResponse().withStatus(500));

        assertTrouble(() -> source.definitions(DefinitionsKey.ORGANIZATION_ROLES, NOW), Reason.SERVER_ERROR);
    }

    @ParameterizedTest
    @ValueSource(strings = {"many", "-7", "99999999999999999999", "3000000000", ""})
    void membersWhenCountIsNoNumberThenMalformed(String count) {
        tenant.answer(RecordedTenant.membersOf(ACME), okJson("[]").withHeader("Total-Number", count));

        assertTrouble(() -> source.members(ACME, null, NOW), Reason.MALFORMED);
    }

    @Test
    void membersWhenNoCountIsToldThenUnknown() {
        tenant.answer(RecordedTenant.membersOf(ACME), okJson("[]"));

        assertThat(source.members(ACME, null, NOW)).isEqualTo(new Page<>(List.of(), null, Page.UNKNOWN_TOTAL));
    }

    @Test
    void membersWhenTheCountIsCappedThenUnknownAndFullPagesHaveANext() {
        String full = IntStream.range(0, 100)
                .mapToObj(i -> member("u" + i, MEMBER_ROLE))
                .collect(Collectors.joining(",", "[", "]"));
        tenant.answer(RecordedTenant.membersOf(ACME), page(full, 100).withHeader("Total-Number-Is-Capped", "true"));
        Page<Member> first = source.members(ACME, null, NOW);
        assertThat(first.total()).isEqualTo(Page.UNKNOWN_TOTAL);
        assertThat(first.next()).isNotNull();

        tenant.answer(RecordedTenant.membersOf(ACME), page("[]", 100).withHeader("Total-Number-Is-Capped", "true"));
        assertThat(source.members(ACME, first.next(), NOW).next()).isNull();
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
    void membershipWhenTroubleThenUnavailableAndNeverAnAnswer(
            String name, ResponseDefinitionBuilder trouble, Reason reason) {
        tenant.found(ACME, ALICE, trouble);

        assertTrouble(() -> source.membership(user(ALICE), ACME, NOW), reason);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("troubles")
    void membersWhenTroubleThenUnavailableAndNeverAnAnswer(
            String name, ResponseDefinitionBuilder trouble, Reason reason) {
        tenant.answer(RecordedTenant.membersOf(ACME), trouble);

        assertTrouble(() -> source.members(ACME, null, NOW), reason);
    }

    static Stream<Arguments> reads() {
        return Stream.of(
                read("/users/" + CAROL, source -> source.account(user(CAROL), NOW)),
                read("/users/" + CAROL + "/roles", source -> source.globalGrants(user(CAROL), NOW)),
                read("/applications/" + AGENT + "/roles", source -> source.account(application(AGENT), NOW)),
                read("/users/" + CAROL, source -> source.confirmMembership(user(CAROL), GLOBEX, NOW)),
                read(
                        RecordedTenant.rolesIn(GLOBEX, CAROL),
                        source -> source.confirmMembership(user(CAROL), GLOBEX, NOW)),
                read("/applications/" + NOBODY, source -> source.membership(application(NOBODY), ACME, NOW)),
                read("/organization-roles", source -> source.definitions(DefinitionsKey.ORGANIZATION_ROLES, NOW)),
                read("/resources", source -> source.definitions(DefinitionsKey.ORGANIZATION_ROLES, NOW)),
                read("/roles", source -> source.definitions(DefinitionsKey.GLOBAL_ROLES, NOW)),
                read(
                        "/roles/" + AUDITOR_ROLE + "/scopes",
                        source -> source.roleScopes(DefinitionsKey.GLOBAL_ROLES, AUDITOR_ROLE, API, NOW)),
                read("/roles/" + AUDITOR_ROLE + "/users", source -> source.holders(AUDITOR_ROLE, null, NOW)));
    }

    private static Arguments read(String path, Consumer<PermissionSource> read) {
        return Arguments.of(path, read);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("reads")
    void readWhenAnyOfItsCallsFailsThenUnavailable(String path, Consumer<PermissionSource> read) {
        for (ResponseDefinitionBuilder trouble : List.of(aResponse().withStatus(500), okJson("{}"), okJson("[{}]"))) {
            tenant.answer(path, trouble);
            assertThatExceptionOfType(PermissionsUnavailableException.class).isThrownBy(() -> read.accept(source));
        }
    }

    @Test
    void definitionsWhenOnlyTheListOfScopesFailsThenRolesAreStillTold() {
        tenant.answer("/organization-scopes", aResponse().withStatus(500));

        assertThat(definition(ADMIN_ROLE)).containsEntry(Audience.ORGANIZATION, ADMIN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"usersCount\":1.5,", "\"usersCount\":-1,", "\"usersCount\":\"1\",", ""})
    void definitionsWhenTheNumberOfHoldersIsNoneThenMalformed(String count) {
        tenant.answer("/roles", page("[{\"id\":\"r\",\"name\":\"r\"," + count + "\"featuredUsers\":[]}]", 1));

        assertTrouble(() -> source.definitions(DefinitionsKey.GLOBAL_ROLES, NOW), Reason.MALFORMED);
    }

    @Test
    void membershipWhenHeadersOrBodyAreSlowThenTimeout() {
        PermissionSource hasty =
                tenant.logto(clock).timeout(Duration.ofMillis(300)).build().permissions();
        tenant.found(ACME, ALICE, okJson("[]").withFixedDelay(20_000));
        tenant.found(GLOBEX, ALICE, okJson("[" + " ".repeat(100) + "]").withChunkedDribbleDelay(50, 20_000));

        List<CompletableFuture<Void>> both = Stream.of(ACME, GLOBEX)
                .map(organization -> CompletableFuture.runAsync(
                        () -> assertTrouble(() -> hasty.membership(user(ALICE), organization, NOW), Reason.TIMEOUT)))
                .toList();

        both.forEach(each -> each.orTimeout(3, TimeUnit.MINUTES).join());
    }

    @Test
    void membershipWhenConnectionIsRefusedThenUnreachable() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Logto gone = Logto.at(new LogtoTenant(URI.create("http://127.0.0.1:" + port)), "app", "secret")
                .timeout(Loopback.PATIENCE)
                .build();

        assertTrouble(() -> gone.permissions().membership(user(ALICE), ACME, NOW), Reason.UNREACHABLE);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void membershipWhenRedirectedThenNotFollowedAndNothingLeaks(int status) {
        elsewhere.resetAll();
        elsewhere.stubFor(get(anyUrl()).willReturn(okJson("[]")));
        tenant.found(ACME, ALICE, aResponse().withStatus(status).withHeader("Location", elsewhere.baseUrl() + "/x"));

        assertTrouble(() -> source.membership(user(ALICE), ACME, NOW), Reason.MALFORMED);
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
    void membershipWhenIdIsStrangeThenPercentEncoded(String id, String encoded) {
        assertThatExceptionOfType(PermissionsUnavailableException.class)
                .isThrownBy(() -> source.membership(user(id), id, NOW));
        assertThatExceptionOfType(PermissionsUnavailableException.class)
                .isThrownBy(() -> source.membership(application(id), id, NOW));

        assertThat(asked())
                .containsExactly(
                        "/organizations/" + encoded + "/users?q=" + encoded + "&page=1&page_size=100",
                        "/organizations/" + encoded + "/applications/" + encoded + "/roles?page=1&page_size=100");
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "..", "..."})
    void membershipWhenIdIsAllDotsThenNothingIsAsked(String id) {
        assertTrouble(() -> source.membership(user(ALICE), id, NOW), Reason.MALFORMED);
        assertThat(tenant.server().getAllServeEvents()).isEmpty();
    }

    // New scopes

    @Test
    void catalogueWhenOrganizationScopeAppearsThenSeen() {
        source.definitions(DefinitionsKey.ORGANIZATION_ROLES, NOW);
        AccessToken before = tokens.organization(ACME).verified();
        clock.advanceSeconds(31);
        tenant.answer("/organization-scopes", scopes("read:report", "export:report"));
        source.definitions(DefinitionsKey.ORGANIZATION_ROLES, CallContext.BACKGROUND);
        clock.advanceSeconds(10);

        assertThat(novelty(Audience.ORGANIZATION, "export:report", before)).isEqualTo(Novelty.SEEN);
        assertThat(novelty(
                        Audience.ORGANIZATION,
                        "export:report",
                        tokens.organization(ACME).verified()))
                .isEqualTo(Novelty.NONE);
    }

    @Test
    void catalogueWhenResourceScopeThenDatedByItsCreation() {
        logto.check(List.of(API));
        Instant creation = Instant.ofEpochMilli(1_795_247_213_457L);

        assertThat(logto.catalogue().scopesOf(API)).isEqualTo(DOCUMENTS);
        assertThat(novelty(API, "read:document", issuedAt(creation.minusSeconds(1))))
                .isEqualTo(Novelty.DATED);
        assertThat(novelty(API, "read:document", issuedAt(creation.plusSeconds(1))))
                .isEqualTo(Novelty.NONE);
    }

    @Test
    void catalogueWhenARoleGrantsAScopeThatItDoesNotKnowThenReadAtOnce() {
        source.definitions(DefinitionsKey.ORGANIZATION_ROLES, NOW);
        AccessToken before = tokens.organization(ACME).verified();
        clock.advanceSeconds(1);
        tenant.answer("/organization-roles", page("[" + role(ADMIN_ROLE, "export:report") + "]", 1));
        tenant.answer("/organization-scopes", scopes("export:report"));
        source.definitions(DefinitionsKey.ORGANIZATION_ROLES, NOW);

        assertThat(novelty(Audience.ORGANIZATION, "export:report", before)).isEqualTo(Novelty.SEEN);
    }

    // Counts

    @ParameterizedTest(name = "{0}")
    @MethodSource("troubles")
    void listenerWhenCallsFailThenReportsEachOnceWithReason(
            String name, ResponseDefinitionBuilder trouble, Reason reason) {
        tenant.found(ACME, ALICE, trouble);
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        Logto counted =
                tenant.logto(clock).listener(of("organization-users", heard)).build();

        assertThatThrownBy(() -> counted.permissions().membership(user(ALICE), ACME, NOW))
                .isInstanceOf(PermissionsUnavailableException.class);

        int calls = reason == Reason.UNREACHABLE ? 2 : 1;
        assertThat(heard).hasSize(calls).containsOnly(reason.name().toLowerCase(Locale.ROOT));
    }

    @Test
    void listenerWhenTheRestOfAListDoesNotComeThenHearsMalformed() {
        tenant.answer(RecordedTenant.rolesIn(ACME, ALICE), RecordedTenant.page("[]", 1));
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        Logto counted = tenant.logto(clock)
                .listener(of("organization-user-roles", heard))
                .build();

        assertThatThrownBy(() -> counted.permissions().confirmMembership(user(ALICE), ACME, NOW))
                .isInstanceOf(PermissionsUnavailableException.class);

        assertThat(heard).containsExactly("malformed");
    }

    @Test
    void listenerWhenLogtoSaysThatThereIsNoSuchThingThenHearsNotFound() {
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        Logto counted = tenant.logto(clock).listener(of("user", heard)).build();

        counted.permissions().account(user(NOBODY), NOW);

        assertThat(heard).containsExactly("not_found");
    }

    private static CallListener of(String wanted, Queue<String> outcomes) {
        return (operation, outcome, took) -> {
            if (operation.equals(wanted)) {
                outcomes.add(outcome);
            }
        };
    }

    // Messages

    @Test
    void readWhenItFailsThenLogsAndExceptionsContainNoSecretsOrIds() {
        String bearer = Recorded.of("tokens/m2m.management-api").accessToken();
        List<String> said = new ArrayList<>();
        try (LogEvents events = LogEvents.capture()) {
            for (Object trouble : troubles().map(row -> row.get()[1]).toList()) {
                tenant.found(ACME, ALICE, (ResponseDefinitionBuilder) trouble);
                assertThatExceptionOfType(PermissionsUnavailableException.class)
                        .isThrownBy(() -> source.membership(user(ALICE), ACME, NOW))
                        .satisfies(e -> said.add(e + " " + e.getCause()));
            }
            for (String refusal : List.of("tokens/m2m.bad-secret", "tokens/m2m.unknown-client")) {
                tenant.tokenAnswer(Recorded.of(refusal).response());
                Logto refused = tenant.logto(clock).build();
                assertThatExceptionOfType(SettingRefusedException.class)
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
                assertTrouble(() -> source.membership(user(ALICE), ACME, NOW), Reason.SERVER_ERROR);
                // Successful reads of other lists do not end the outage.
                source.membership(user(BOB), ACME, NOW);
            }
            tenant.reset();
            clock.advanceSeconds(60);
            source.membership(user(ALICE), ACME, NOW);
            source.membership(user(ALICE), ACME, NOW);

            String at = tenant.tenant().endpoint().toString();
            assertThat(events.messages())
                    .containsExactly(
                            "WARN Live permissions cannot be read from " + at + ": Logto answered 503.",
                            "INFO Live permissions can be read from " + at + " again");
        }
    }

    private List<Answer<Membership>> both(Subject subject, String organization) {
        return List.of(
                source.membership(subject, organization, NOW), source.confirmMembership(subject, organization, NOW));
    }

    private Scopes scopes(DefinitionsKey key, Set<String> held, Audience audience) {
        Map<String, RoleDefinition> all = source.definitions(key, NOW);
        return held.stream()
                .map(role -> Objects.requireNonNull(all.get(role).scopes()).getOrDefault(audience, Scopes.none()))
                .reduce(Scopes.none(), Scopes::or);
    }

    private @Nullable Map<Audience, Scopes> definition(String role) {
        return source.definitions(DefinitionsKey.ORGANIZATION_ROLES, NOW)
                .get(role)
                .scopes();
    }

    private Novelty novelty(Audience audience, String scope, AccessToken token) {
        return logto.catalogue().noveltySince(audience, scope, token.issuedAt());
    }

    private static AccessToken issuedAt(Instant time) {
        return tokens.organization(ACME).issuedAt(time).verified();
    }

    /** The reads of the Management API so far, in order. */
    private List<String> asked() {
        List<String> urls = new ArrayList<>(tenant.server().getAllServeEvents().stream()
                .map(event -> event.getRequest().getUrl())
                .filter(url -> url.startsWith("/api/"))
                .map(url -> url.substring("/api".length()))
                .toList());
        Collections.reverse(urls);
        return urls;
    }

    private static void assertTrouble(ThrowingCallable read, Reason reason) {
        assertThatExceptionOfType(PermissionsUnavailableException.class)
                .isThrownBy(read)
                .extracting(PermissionsUnavailableException::reason)
                .isEqualTo(reason);
    }

    private static Subject user(String id) {
        return new Subject(Subject.Type.USER, id);
    }

    private static Subject application(String id) {
        return new Subject(Subject.Type.APPLICATION, id);
    }

    private static ResponseDefinitionBuilder scopes(String... names) {
        return okJson(Stream.of(names)
                .map(name -> "{\"id\":\"id of " + name + "\",\"name\":\"" + name + "\"}")
                .collect(Collectors.joining(",", "[", "]")));
    }

    /** A role in organizations with one organization scope and one scope of each of these resources. */
    private static String role(String id, String scope, String... resources) {
        String ofResources = Stream.of(resources)
                .map(resource -> "{\"id\":\"s\",\"name\":\"x\",\"resource\":{\"id\":\"" + resource + "\"}}")
                .collect(Collectors.joining(",", "[", "]"));
        return "{\"id\":\"" + id + "\",\"name\":\"role " + id + "\",\"scopes\":[{\"id\":\"id of " + scope
                + "\",\"name\":\"" + scope + "\"}],\"resourceScopes\":" + ofResources + "}";
    }
}
