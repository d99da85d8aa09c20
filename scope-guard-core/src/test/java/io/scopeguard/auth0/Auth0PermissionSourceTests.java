package io.scopeguard.auth0;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.scopeguard.provider.Account;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.CallBudget;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.Grants;
import io.scopeguard.provider.Member;
import io.scopeguard.provider.Membership;
import io.scopeguard.provider.Page;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.RefreshDelivery;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.Subject;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.DatedServer.Response;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Users, machines and roles in the Management API, the cost of reading them, and the meaning of refusals. */
class Auth0PermissionSourceTests {

    private static final Audience API = Audience.resource(FakeAuth0.API);
    private static final CallContext NOW = CallContext.FOREGROUND;
    private static final String ALICE = "auth0|alice";
    private static final Subject MACHINE = new Subject(Subject.Type.APPLICATION, "machine");

    private final MovableClock clock = MovableClock.atNoon();
    private final FakeAuth0 tenant = new FakeAuth0(clock)
            .role("rol_viewer", "read:report")
            .role("rol_editor", "read:report", "write:report")
            .roleOfApi("rol_other", "https://other.example.test", "read:other")
            .member("org_acme", ALICE, "rol_editor")
            .member("org_globex", ALICE, "rol_viewer")
            .member("org_acme", "auth0|bob")
            .user("auth0|carol");
    private final PermissionSource source = tenant.auth0().build().permissions();

    @AfterEach
    void close() {
        tenant.close();
    }

    /** The token reader takes the same names in {@code scope} for scopes of OpenID Connect. */
    @ParameterizedTest
    @EnumSource(TokenScopes.class)
    void readWhenAPermissionIsNamedLikeAnOpenIdScopeThenLeftOutIfNoTokenShowsIt(TokenScopes claim) {
        tenant.role("rol_viewer", "read:report", "profile")
                .grant("machine", "allow", true, Set.of(), "email", "read:report");
        Auth0 auth0 = tenant.auth0().tokenScopes(claim).build();
        PermissionSource permissions = auth0.permissions();
        Subject machine = new Subject(Subject.Type.APPLICATION, "machine");
        boolean isShown = claim == TokenScopes.PERMISSIONS;
        Scopes ofRole = isShown ? Scopes.of("read:report", "profile") : Scopes.of("read:report");
        Scopes ofMachine = isShown ? Scopes.of("read:report", "email") : Scopes.of("read:report");

        DefinitionsKey key = permissions.globalRoles();
        assertThat(permissions.definitions(key, NOW).get("rol_viewer").scopes()).isEqualTo(Map.of(API, ofRole));
        assertThat(permissions
                        .roleScopes(key, "rol_viewer", API, NOW)
                        .orElseThrow()
                        .byAudience())
                .isEqualTo(Map.of(API, ofRole));
        assertThat(permissions
                        .membership(machine, "org_acme", NOW)
                        .value()
                        .grants()
                        .direct())
                .isEqualTo(Map.of(API, ofMachine));
        assertThat(permissions.account(machine, NOW).value().grants().direct()).isEqualTo(Map.of(API, ofMachine));
        assertThat(auth0.tokenReader(List.of(API)).canShow("profile")).isEqualTo(isShown);
        assertThat(auth0.catalogue().scopesOf(API).contains("profile")).isEqualTo(isShown);
    }

    // Users in organizations

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "auth0|alice, org_acme,   ACTIVE,          rol_editor, true",
                "auth0|alice, org_globex, ACTIVE,          rol_viewer, true",
                "auth0|bob,   org_acme,   ACTIVE,          -,          false",
                "auth0|bob,   org_globex, NOT_A_MEMBER,    -,          true",
                "auth0|carol, org_acme,   NOT_A_MEMBER,    -,          false",
                "auth0|alice, org_none,   NOT_A_MEMBER,    -,          true",
                "auth0|nobody, org_acme,  UNKNOWN_SUBJECT, -,          true"
            })
    void membershipWhenReadAloneThenStandingRolesAndHowCertain(
            String user, String organization, Standing standing, @Nullable String role, boolean isExplicit) {
        for (Answer<Membership> answer : List.of(
                source.membership(user(user), organization, NOW),
                source.confirmMembership(user(user), organization, NOW))) {
            assertThat(answer.value().standing()).isEqualTo(standing);
            assertThat(answer.value().grants().roles()).isEqualTo(role == null ? Set.of() : Set.of(role));
            assertThat(answer.isExplicit()).isEqualTo(isExplicit);
        }
    }

    /** Auth0 does not document its answer about the roles of a user that is not a member: both possible answers mean the same. */
    @ParameterizedTest
    @CsvSource({"200", "404"})
    void membershipWhenNotAMemberThenSaidSoWhateverTheAnswer(int status) {
        tenant.management().nonMemberStatus(status);

        assertThat(source.membership(user("auth0|bob"), "org_globex", NOW).value())
                .isEqualTo(Membership.none(Standing.NOT_A_MEMBER));
    }

    @Test
    void membershipWhenBlockedThenSuspendedEverywhere() {
        tenant.block(ALICE, true);

        assertThat(source.membership(user(ALICE), "org_acme", NOW)).isEqualTo(suspended());
        assertThat(source.members("org_acme", null, NOW).items())
                .contains(new Member(ALICE, Membership.none(Standing.SUSPENDED)));
        assertThat(source.account(user(ALICE), NOW).value().standing()).isEqualTo(Standing.SUSPENDED);
    }

    private static Answer<Membership> suspended() {
        return Answer.explicit(Membership.none(Standing.SUSPENDED));
    }

    @Test
    void membershipWhenRolesAreGivenToGroupsThenEffectiveRolesAndNoPages() {
        tenant.group("org_acme", "grp_1", Set.of("auth0|bob"), Set.of("rol_viewer"));
        PermissionSource withGroups = tenant.auth0().groupRoles(true).build().permissions();

        assertThat(source.membership(user("auth0|bob"), "org_acme", NOW)
                        .value()
                        .grants()
                        .roles())
                .isEmpty();
        assertThat(withGroups
                        .membership(user("auth0|bob"), "org_acme", NOW)
                        .value()
                        .grants()
                        .roles())
                .containsExactly("rol_viewer");
        assertThat(withGroups.traits().listsMembers()).isFalse();
    }

    @Test
    void membersWhenManyThenAllPagesWithRolesAndBlockedOnes() {
        for (int i = 0; i < 230; i++) {
            tenant.member("org_big", "auth0|" + i, i % 2 == 0 ? "rol_editor" : "rol_viewer");
        }
        tenant.block("auth0|7", true);
        tenant.requests();

        Map<String, Membership> all = new HashMap<>();
        int pages = 0;
        for (String cursor = null; pages == 0 || cursor != null; pages++) {
            Page<Member> page = source.members("org_big", cursor, NOW);
            page.items().forEach(member -> all.put(member.user(), member.membership()));
            assertThat(page.total()).isEqualTo(Page.UNKNOWN_TOTAL);
            cursor = page.next();
        }

        assertThat(pages).isEqualTo(3);
        assertThat(all).hasSize(230);
        assertThat(all.get("auth0|7")).isEqualTo(Membership.none(Standing.SUSPENDED));
        assertThat(all.get("auth0|8").grants().roles()).containsExactly("rol_editor");
        assertThat(tenant.requests()).hasSize(6);
    }

    /** Auth0 does not document whether a member without roles has an empty list. */
    @ParameterizedTest
    @ValueSource(strings = {"", ",'roles':null", ",'roles':[]"})
    void membersWhenOneHasNoRolesThenAnyFormMeansNone(String roles) {
        String others = "{'user_id':'auth0|alice','roles':[{'id':'rol_editor','name':'x'}]}";
        tenant.management()
                .fault(path -> path.startsWith("/organizations/org_acme/members?")
                        ? answer("{'members':[{'user_id':'auth0|bob'" + roles + "}," + others + "]}")
                        : null);

        assertThat(source.members("org_acme", null, NOW).items())
                .containsExactly(
                        new Member("auth0|bob", Membership.of(Grants.none())),
                        new Member(ALICE, Membership.of(Grants.ofRoles(Set.of("rol_editor")))));
    }

    // Users outside of organizations

    @Test
    void globalGrantsWhenRolesAndDirectPermissionsThenBoth() {
        tenant.global(ALICE, Set.of("rol_viewer"), Set.of("delete:report"));

        Account account = source.globalGrants(user(ALICE), NOW).value();

        assertThat(account.grants()).isNotNull();
        assertThat(account.grants().roles()).containsExactly("rol_viewer");
        assertThat(account.grants().direct()).isEqualTo(Map.of(API, Scopes.of("delete:report")));
    }

    /** Each kind of grant counts only in its own place. */
    @Test
    void traitsWhenAuth0ThenGlobalGrantsCountWithoutAnOrganizationOnly() {
        assertThat(source.traits().globalGrantsCount()).containsExactly(TokenKind.RESOURCE);
        assertThat(source.traits().leakingKinds()).isEmpty();
        assertThat(source.traits().youngTokens()).isEmpty();
        assertThat(tenant.auth0()
                        .youngTokens(true)
                        .build()
                        .permissions()
                        .traits()
                        .youngTokens())
                .containsExactlyInAnyOrder(TokenKind.RESOURCE, TokenKind.ORGANIZATION_RESOURCE);
    }

    @Test
    void traitsWhenPermissionsAreTheSourceThenARefreshDeliversAll() {
        PermissionSource permissions =
                tenant.auth0().tokenScopes(TokenScopes.PERMISSIONS).build().permissions();

        assertThat(source.traits().refreshDelivery(TokenKind.ORGANIZATION_RESOURCE))
                .isEqualTo(RefreshDelivery.IF_REQUESTED);
        assertThat(permissions.traits().refreshDelivery(TokenKind.ORGANIZATION_RESOURCE))
                .isEqualTo(RefreshDelivery.ALWAYS);
    }

    // Machines

    @ParameterizedTest(name = "{0}, any: {1}, listed: {2}, for {3}")
    @CsvSource({
        "deny,    false, false, client, false, true",
        "allow,   false, true,  client, true,  true",
        "allow,   false, false, client, false, true",
        "allow,   true,  false, client, true,  true",
        "require, false, true,  client, true,  false",
        "require, true,  false, client, true,  false",
        "allow,   true,  true,  user,   false, false"
    })
    void readWhenTheSubjectIsAMachineThenItsGrantCountsWhereAuth0IssuesTokensForIt(
            String usage, boolean isForAny, boolean isListed, String type, boolean inOrganization, boolean without) {
        tenant.grant(
                "machine", usage, isForAny, type, isListed ? Set.of("org_acme") : Set.of("org_globex"), "read:report");

        Membership member = source.membership(MACHINE, "org_acme", NOW).value();
        Account account = source.account(MACHINE, NOW).value();

        assertThat(member.standing()).isEqualTo(inOrganization ? Standing.ACTIVE : Standing.NOT_A_MEMBER);
        assertThat(member.grants().direct())
                .isEqualTo(inOrganization ? Map.of(API, Scopes.of("read:report")) : Map.of());
        assertThat(account.grants()).isNotNull();
        assertThat(account.grants().direct()).isEqualTo(without ? Map.of(API, Scopes.of("read:report")) : Map.of());
    }

    /** A grant for all scopes lists none. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'allow_all_scopes':true,'scope':[]               | read:report write:report | 2",
                "'allow_all_scopes':true,'scope':null             | read:report write:report | 2",
                "'allow_all_scopes':true                          | read:report write:report | 2",
                "'allow_all_scopes':false,'scope':['read:report'] | read:report              | 1",
                "'allow_all_scopes':null,'scope':['read:report']  | read:report              | 1",
                "'scope':[]                                       | ``                       | 1",
                "'allow_all_scopes':false                         | ``                       | 1"
            })
    void readWhenAGrantIsForAllScopesThenThoseOfTheApi(String scope, String expected, int calls) {
        String own = clientGrant(FakeAuth0.API, scope);
        tenant.management().fault(path -> path.startsWith("/client-grants") ? clientGrants(own) : null);
        tenant.requests();

        assertThat(source.account(MACHINE, NOW).value().grants()).isEqualTo(granted(expected));
        assertThat(tenant.requests()).hasSize(calls);
        assertThat(source.membership(MACHINE, "org_acme", NOW).value()).isEqualTo(Membership.of(granted(expected)));
    }

    /** Nothing that an answer depends on is older than the answer. */
    @Test
    void readWhenTheApiLosesAScopeThenSoDoesAGrantForAllScopes() {
        String own = clientGrant(FakeAuth0.API, "'allow_all_scopes':true");
        tenant.management().fault(path -> path.startsWith("/client-grants") ? clientGrants(own) : null);
        assertThat(source.account(MACHINE, NOW).value().grants()).isEqualTo(granted("read:report write:report"));

        tenant.api(FakeAuth0.API, "read:report");
        clock.advance(Duration.ofMillis(1));

        assertThat(source.account(MACHINE, NOW).value().grants()).isEqualTo(granted("read:report"));
    }

    @Test
    void readWhenAGrantIsForAnotherApiThenItsFormDoesNotMatter() {
        String own = clientGrant(FakeAuth0.API, "'scope':['read:report']");
        String other = clientGrant("https://other.example.test", "'scope':'all','id':7");
        tenant.management().fault(path -> path.startsWith("/client-grants") ? clientGrants(other, own) : null);

        assertThat(source.account(MACHINE, NOW).value().grants()).isEqualTo(granted("read:report"));
    }

    private static Grants granted(String scopes) {
        return new Grants(Set.of(), Map.of(API, Scopes.parse(scopes)));
    }

    private static String clientGrant(String api, String members) {
        return "{'id':'cgr_1','client_id':'machine','subject_type':'client','organization_usage':'allow',"
                + "'allow_any_organization':true,'audience':'" + api + "'," + members + "}";
    }

    private static Response clientGrants(String... grants) {
        return answer("{'client_grants':[" + String.join(",", grants) + "]}");
    }

    private static Response answer(String body) {
        return new Response(200, Map.of(), body.replace('\'', '"'));
    }

    // Roles

    @Test
    void definitionsWhenReadThenOneSetForAllAndPermissionsOfOwnApisOnly() {
        Map<String, RoleDefinition> definitions = source.definitions(source.globalRoles(), NOW);

        assertThat(source.organizationRoles("org_acme")).isEqualTo(source.globalRoles());
        assertThat(definitions).containsOnlyKeys("rol_viewer", "rol_editor", "rol_other");
        assertThat(definitions.get("rol_editor").scopes())
                .isEqualTo(Map.of(API, Scopes.of("read:report", "write:report")));
        assertThat(definitions.get("rol_other").scopes()).isEmpty();
        assertThat(definitions.get("rol_editor").names()).containsExactly("name of rol_editor");
        assertThat(tenant.auth0().build().catalogue().scopesOf(API)).isNull();
    }

    @Test
    void roleScopesWhenDeletedThenEmpty() {
        DefinitionsKey key = source.globalRoles();
        tenant.deleteRole("rol_viewer");

        assertThat(source.roleScopes(key, "rol_viewer", API, NOW)).isEmpty();
        assertThat(source.roleScopes(key, "rol_editor", API, NOW).orElseThrow().isComplete())
                .isTrue();
    }

    /** The pages may contain fewer items than were requested. */
    @ParameterizedTest
    @CsvSource({"100, 97, 1", "100, 98, 2", "50, 77, 2", "50, 47, 1", "7, 30, 5"})
    void definitionsWhenOverAPageThenAll(int perPage, int further, int pages) {
        for (int i = 0; i < further; i++) {
            tenant.role("rol_" + i, "read:report");
        }
        tenant.management().maxPerPage(perPage);

        assertThat(source.definitions(source.globalRoles(), NOW)).hasSize(further + 3);
        assertThat(tenant.requests())
                .filteredOn(path -> path.startsWith("/roles?"))
                .hasSize(pages);
    }

    // Costs

    static Stream<Arguments> reads() {
        return Stream.of(
                read("membership", 2, source -> source.membership(user(ALICE), "org_acme", NOW)),
                read("membership without roles", 3, source -> source.membership(user("auth0|bob"), "org_acme", NOW)),
                read("membership of an unknown user", 1, source -> source.membership(user("x"), "org_acme", NOW)),
                read("page of members", 2, source -> source.members("org_acme", null, NOW)),
                read("account", 1, source -> source.account(user(ALICE), NOW)),
                read("global grants", 2, source -> source.globalGrants(user(ALICE), NOW)),
                read("machine", 1, source -> source.account(MACHINE, NOW)),
                read("machine in an organization", 2, source -> source.membership(MACHINE, "org_acme", NOW)),
                read("role", 1, source -> source.roleScopes(source.globalRoles(), "rol_viewer", API, NOW)),
                read("3 roles and 1 API", 5, source -> source.definitions(source.globalRoles(), NOW)));
    }

    private static Arguments read(String name, int calls, Consumer<PermissionSource> read) {
        return Arguments.of(name, calls, read);
    }

    @ParameterizedTest(name = "{0}: {1} calls")
    @MethodSource("reads")
    void readThenMakesTheExpectedNumberOfCalls(String name, int calls, Consumer<PermissionSource> read) {
        tenant.grant("machine", "allow", false, Set.of("org_acme"), "read:report");
        tenant.requests();

        read.accept(source);

        assertThat(tenant.requests()).hasSize(calls);
    }

    @Test
    void membershipWhenTheUserIdContainsABarOrASlashThenItIsEncoded() {
        source.membership(user("auth0|a/../b"), "org_acme", NOW);

        assertThat(tenant.requests()).first().asString().startsWith("/users/auth0%7Ca%2F..%2Fb?");
    }

    // Limits

    /** A 429 has no Retry-After, only the second in which calls are possible again. */
    @Test
    void readsWhenLimitedThenPauseUntilTheReset() {
        tenant.management().limit("/users/.*", 2, Duration.ofSeconds(40));
        List<Reason> reasons = new ArrayList<>();
        for (int second = 0; second < 50; second += 5) {
            reasons.add(outcome(() -> source.account(user(ALICE), NOW)));
            clock.advanceSeconds(5);
        }

        assertThat(reasons.subList(0, 2)).containsOnlyNulls();
        assertThat(reasons.subList(2, 8)).containsOnly(Reason.RATE_LIMITED);
        assertThat(reasons.subList(8, 10)).containsOnlyNulls();
        assertThat(tenant.requests()).hasSize(5);
    }

    /** Every answer names the time of the next reset. An error with calls left requests no pause. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {"12, -", "0, RATE_LIMITED"})
    void readsWhenTheServerFailsThenPauseOnlyIfNoCallsRemain(String remaining, @Nullable Reason next) {
        String reset = Long.toString(clock.instant().getEpochSecond() + 45);
        tenant.management()
                .fault(path ->
                        new Response(503, Map.of("x-ratelimit-remaining", remaining, "x-ratelimit-reset", reset), ""));
        assertThat(outcome(() -> source.account(user(ALICE), NOW))).isEqualTo(Reason.SERVER_ERROR);
        tenant.management().fault(path -> null);

        assertThat(outcome(() -> source.account(user(ALICE), NOW))).isEqualTo(next);

        clock.advanceSeconds(45);
        assertThat(outcome(() -> source.account(user(ALICE), NOW))).isNull();
    }

    /** The endpoints have limits of their own, which reset at different times. */
    @ParameterizedTest(name = "then {0} {1}")
    @CsvSource({"429, 2", "503, 1"})
    void readsWhenAnAnswerRequestsAShorterPauseThenTheLongerOneRemains(int status, String seconds) {
        CompletableFuture<@Nullable Void> arrived = new CompletableFuture<>();
        CompletableFuture<@Nullable Void> released = new CompletableFuture<>();
        tenant.management().fault(path -> {
            if (path.startsWith("/roles")) {
                arrived.complete(null);
                released.join();
                return new Response(status, Map.of("Retry-After", seconds), "");
            }
            return new Response(429, Map.of("Retry-After", "30"), "");
        });
        CompletableFuture<@Nullable Reason> slow = CompletableFuture.supplyAsync(
                () -> outcome(() -> source.roleScopes(source.globalRoles(), "rol_viewer", API, NOW)),
                task -> new Thread(task).start());
        arrived.join();
        assertThat(outcome(() -> source.account(user(ALICE), NOW))).isEqualTo(Reason.RATE_LIMITED);
        released.complete(null);
        assertThat(slow.join()).isNotNull();
        tenant.management().fault(path -> null);

        clock.advance(Duration.ofMillis(29_999));
        assertThat(outcome(() -> source.account(user(ALICE), NOW))).isEqualTo(Reason.RATE_LIMITED);
        clock.advance(Duration.ofMillis(1));
        assertThat(outcome(() -> source.account(user(ALICE), NOW))).isNull();
    }

    @Test
    void readsOfMembersWhenTheirOwnLimitIsReachedThenOthersGoOn() {
        PermissionSource limited = tenant.auth0()
                .budget(CallBudget.perSecond(1_000))
                .memberCallsPerMinute(3)
                .build()
                .permissions();
        for (int i = 0; i < 3; i++) {
            assertThat(outcome(() -> limited.membership(user(ALICE), "org_acme", NOW)))
                    .isNull();
        }

        assertThat(outcome(() -> limited.membership(user(ALICE), "org_acme", NOW)))
                .isEqualTo(Reason.BUDGET_EXHAUSTED);
        assertThat(outcome(() -> limited.members("org_acme", null, NOW))).isNull();
        assertThat(outcome(() -> limited.account(user(ALICE), NOW))).isNull();
    }

    // Faults

    @ParameterizedTest(name = "{0} {1} {2}: {3}")
    @CsvSource(
            nullValues = "-",
            value = {
                "401, Invalid token,        -,                  REFUSED",
                "403, 'Insufficient scope, expected any of: read:users', insufficient_scope, REFUSED",
                "404, Not Found,            -,                  MALFORMED",
                "400, Bad query,            invalid_query_string, REFUSED",
                "500, Internal,             -,                  SERVER_ERROR",
                "503, Unavailable,          -,                  SERVER_ERROR"
            })
    void readsWhenRefusedThenUnavailableAndNeverAnAnswer(
            int status, String message, @Nullable String code, Reason expected) {
        tenant.management().fault(path -> FakeManagementApi.error(status, message, code));

        assertThat(outcome(() -> source.membership(user(ALICE), "org_acme", NOW)))
                .isEqualTo(expected);
        assertThat(outcome(() -> source.members("org_acme", null, NOW))).isEqualTo(expected);
        assertThat(outcome(() -> source.definitions(source.globalRoles(), NOW))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/roles | {\"roles\":[],\"total\":7}",
                "/roles? | {\"roles\":[]}",
                "/roles | []",
                "/roles | {\"roles\":[{\"name\":\"x\"}],\"total\":1}",
                "/organizations | {\"members\":[{\"user_id\":\"x\"}]}",
                "/organizations/org_acme/members? | {\"members\":[{\"user_id\":\"x\",\"roles\":null}]}",
                "/organizations/org_acme/members? | {\"members\":[{\"user_id\":\"x\",\"roles\":\"y\"}]}",
                "/users | <html>",
                "/users | {}"
            })
    void readsWhenTheAnswerIsOfAnotherShapeThenMalformed(String path, String body) {
        tenant.management().fault(asked -> asked.startsWith(path) ? new Response(200, Map.of(), body) : null);

        assertThat(outcome(() -> {
                    source.membership(user(ALICE), "org_acme", NOW);
                    source.members("org_acme", null, NOW);
                    source.definitions(source.globalRoles(), NOW);
                }))
                .isEqualTo(Reason.MALFORMED);
    }

    /** The id of an organization comes from a token and is inserted into a search. */
    @Test
    void membersWhenTheIdCouldBeAQueryThenNotSearched() {
        tenant.member("org\" OR blocked:false", ALICE, "rol_viewer");

        assertThatExceptionOfType(PermissionsUnavailableException.class)
                .isThrownBy(() -> source.members("org\" OR blocked:false", null, NOW));
    }

    private static @Nullable Reason outcome(Runnable read) {
        try {
            read.run();
            return null;
        } catch (PermissionsUnavailableException e) {
            return e.reason();
        }
    }

    private static Subject user(String id) {
        return new Subject(Subject.Type.USER, id);
    }
}
