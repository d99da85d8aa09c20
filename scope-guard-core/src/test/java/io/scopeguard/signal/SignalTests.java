package io.scopeguard.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.WatchEnd;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.InvalidTokenException.Reason;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.remedy.RemedyAdvice;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.StandalonePermissions;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.KeysUnavailableException;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.greenbytes.http.sfv.Dictionary;
import org.greenbytes.http.sfv.Parser;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The complete values of headers and bodies. */
class SignalTests {

    private static final Scopes NONE = Scopes.none();
    private static final String METADATA = "https://api.example.test/.well-known/oauth-protected-resource";
    private static final String META = ", resource_metadata=\"" + METADATA + "\"";
    private static final MovableClock clock = MovableClock.atNoon();
    private static final TestTokens tokens = new TestTokens(clock);

    private final ScopeDriftHeader header = new ScopeDriftHeader(Duration.ofSeconds(1));
    private final ProblemResponses refusals = new ProblemResponses(METADATA);
    private final Responses responses = new Responses(METADATA, Duration.ofSeconds(1));
    private final AccessToken acme =
            tokens.organization("acme").with("jti", "one").scopes("read").verified();

    @AfterAll
    static void stop() {
        tokens.close();
    }

    // The whole response

    @Test
    void responseWhenGrantedThenOnlyTheHint() {
        ScopeDrift drift = new ScopeDrift(NONE, Scopes.of("c"), NONE);
        Response hinted = responses.of(granted(acme, Remedy.REFRESH, drift));
        Response silent = responses.of(granted(acme, Remedy.NONE, ScopeDrift.none()));

        assertThat(hinted.status()).isEqualTo(200);
        assertThat(hinted.isGranted()).isTrue();
        assertThat(hinted.headers())
                .containsOnlyKeys("Scope-Drift", "Cache-Control")
                .containsEntry("Cache-Control", "no-store");
        assertThat(silent).isEqualTo(new Response(200, Map.of(), null));
    }

    @Test
    void responseWhenRefusedThenChallengeHintAndProblem() {
        ScopeDrift drift = new ScopeDrift(NONE, Scopes.of("c"), NONE);
        Decision decision = decision(
                acme,
                request("c"),
                Denial.INSUFFICIENT_SCOPE,
                Scopes.of("c"),
                new RemedyAdvice(Remedy.REFRESH, drift),
                drift);

        Response response = responses.of(decision);

        assertThat(response.status()).isEqualTo(403);
        assertThat(response.isGranted()).isFalse();
        assertThat(response.headers())
                .isEqualTo(Map.of(
                        "WWW-Authenticate",
                        refusals.of(decision).challenge(),
                        "Scope-Drift",
                        header.valueOf(decision),
                        "Cache-Control",
                        "no-store",
                        "Content-Type",
                        "application/problem+json"));
        assertThat(response.body())
                .isEqualTo("{\"type\":\"urn:problem-type:scope-guard:insufficient-scope\","
                        + "\"title\":\"Insufficient scope\",\"status\":403,"
                        + "\"detail\":\"The token lacks scopes that this operation requires.\","
                        + "\"organization_id\":\"acme\",\"action\":\"refresh\",\"required_scopes\":[\"c\"]}");
    }

    @Test
    void responseWhenTokenProvesNothingThenUnauthorized() {
        Response expired = responses.of(new InvalidTokenException(Reason.EXPIRED, "The token has expired."));
        Response missing = responses.ofMissingToken();

        assertThat(expired.status()).isEqualTo(401);
        assertThat(expired.headers().get("WWW-Authenticate"))
                .isEqualTo("Bearer error=\"invalid_token\", error_description=\"The token has expired.\"" + META);
        assertThat(expired.body()).contains("\"action\":\"refresh\"");
        assertThat(missing.status()).isEqualTo(401);
        assertThat(missing.headers()).doesNotContainKeys("Scope-Drift", "Retry-After");
        assertThat(missing.body()).contains("missing-token");
    }

    @Test
    void responseWhenUnavailableThenRetryAfterAndNoChallenge() {
        Response keys = responses.of(keysUnavailable());
        Response permissions = responses.of(decision(
                acme, request("c"), Denial.PERMISSIONS_UNAVAILABLE, NONE, RemedyAdvice.none(), ScopeDrift.none()));

        assertThat(keys.status()).isEqualTo(503);
        assertThat(keys.headers()).containsKey("Retry-After").doesNotContainKey("WWW-Authenticate");
        assertThat(permissions.status()).isEqualTo(503);
        assertThat(permissions.headers()).containsEntry("Retry-After", "5");
    }

    // The header

    @Test
    void headerWhenDemotedThenRefresh() {
        assertThat(header.valueOf(
                        granted(acme, Remedy.REFRESH, new ScopeDrift(Scopes.of("delete:report"), NONE, NONE))))
                .isEqualTo("action=refresh, demoted=(\"delete:report\"), organization=\"acme\", token=\""
                        + acme.fingerprint() + "\", as-of=1795262400, after=1");
    }

    @Test
    void headerWhenEverythingThenAllMembersInOrder() {
        ScopeDrift drift = new ScopeDrift(Scopes.of("a", "b"), Scopes.of("c"), Scopes.of("d", "e"));

        assertThat(header.valueOf(granted(acme, Remedy.RECONSENT, drift)))
                .isEqualTo("action=reconsent, demoted=(\"a\" \"b\"), promoted=(\"c\"), new=(\"d\" \"e\"),"
                        + " organization=\"acme\", token=\"" + acme.fingerprint() + "\", as-of=1795262400, after=1");
    }

    @Test
    void headerWhenResourceWithinOrganizationThenBothAreNamed() {
        AccessToken token = tokens.organizationResource("acme").verified();

        assertThat(header.valueOf(granted(token, Remedy.REFRESH, new ScopeDrift(NONE, Scopes.of("c"), NONE))))
                .isEqualTo("action=refresh, promoted=(\"c\"), organization=\"acme\","
                        + " resource=\"https://api.example.test\", token=\"" + token.fingerprint()
                        + "\", as-of=1795262400, after=1");
    }

    @Test
    void headerWhenResourceWithoutOrganizationThenOnlyTheResource() {
        AccessToken token = tokens.resource().verified();

        assertThat(header.valueOf(granted(token, Remedy.RECONSENT, new ScopeDrift(NONE, NONE, Scopes.of("n")))))
                .isEqualTo("action=reconsent, new=(\"n\"), resource=\"https://api.example.test\", token=\""
                        + token.fingerprint() + "\", as-of=1795262400, after=1");
    }

    /** A token of Keycloak's is for all its organizations, and for all APIs in its audience. */
    @Test
    void headerWhenOneTokenIsForSeveralOrganizationsAndResourcesThenEachResponseNamesItsOwn() {
        AccessToken globex =
                tokens.organization("globex").with("jti", "one").scopes("read").verified();
        AccessToken inAcme =
                tokens.organizationResource("acme").with("jti", "one").verified();
        ScopeDrift drift = new ScopeDrift(Scopes.of("admin"), NONE, NONE);

        assertThat(header.valueOf(granted(acme, Remedy.REFRESH, drift)))
                .contains("organization=\"acme\"")
                .doesNotContain("resource=");
        assertThat(header.valueOf(granted(globex, Remedy.REFRESH, drift))).contains("organization=\"globex\"");
        assertThat(header.valueOf(granted(inAcme, Remedy.REFRESH, drift)))
                .contains("organization=\"acme\", resource=\"https://api.example.test\"");
    }

    @Test
    void headerWhenNothingToAskThenNone() {
        assertThat(header.valueOf(granted(acme, Remedy.NONE, ScopeDrift.none())))
                .isNull();
        assertThat(header.valueOf(new Decision(
                        acme,
                        request("read"),
                        null,
                        null,
                        ScopeDrift.none(),
                        NONE,
                        NONE,
                        new RemedyAdvice(Remedy.REFRESH, ScopeDrift.none()))))
                .isNull();
        assertThat(ScopeDriftHeader.NAME).isEqualTo("Scope-Drift");
    }

    @Test
    void headerWhenLongerThan1KiBThenCounts() {
        Scopes many = Scopes.ofTokens(
                IntStream.range(0, 100).mapToObj(i -> "scope:" + i).toList());
        ScopeDrift drift = new ScopeDrift(many, Scopes.of("c"), NONE);

        assertThat(header.valueOf(granted(acme, Remedy.REFRESH, drift)))
                .isEqualTo("action=refresh, demoted=100, promoted=1, organization=\"acme\", token=\""
                        + acme.fingerprint() + "\", as-of=1795262400, after=1");
    }

    @Test
    void headerWhenExactly1KiBThenNamesAndOneMoreThenCounts() {
        int rest = header.valueOf(granted(acme, Remedy.REFRESH, new ScopeDrift(Scopes.of("x"), NONE, NONE)))
                        .length()
                - 1;
        Scopes fits = Scopes.of("x".repeat(1024 - rest));
        Scopes tooLong = Scopes.of("x".repeat(1025 - rest));

        assertThat(header.valueOf(granted(acme, Remedy.REFRESH, new ScopeDrift(fits, NONE, NONE))))
                .hasSize(1024)
                .contains("xxx");
        assertThat(header.valueOf(granted(acme, Remedy.REFRESH, new ScopeDrift(tooLong, NONE, NONE))))
                .contains("demoted=1,");
    }

    @Test
    void headerWhenOrganizationAloneIsTooLongThenLeftOut() {
        AccessToken token = tokens.organization("x".repeat(2_000)).verified();

        assertThat(header.valueOf(granted(token, Remedy.REFRESH, new ScopeDrift(Scopes.of("a"), NONE, NONE))))
                .isEqualTo(
                        "action=refresh, demoted=1, token=\"" + token.fingerprint() + "\", as-of=1795262400, after=1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\"b\\c", "a, action=reconsent", "\u00e4\u00f6", "\ud83d\ude00"})
    void headerWhenOrganizationIsStrangeThenStillOneDictionary(String organization) {
        AccessToken token = tokens.organization(organization).verified();

        String value = header.valueOf(granted(token, Remedy.REFRESH, new ScopeDrift(Scopes.of("a"), NONE, NONE)));

        assertThat(value).matches("[\\x20-\\x7E]+");
        Dictionary parsed = Parser.parseDictionary(value);
        assertThat(parsed.get().get("action").serialize()).isEqualTo("refresh");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 15, 30})
    void afterWhenThereIsASpreadThenStablePerTokenWithinBoundsAndZeroOnDenials(int spread) {
        ScopeDriftHeader spreading = new ScopeDriftHeader(Duration.ofSeconds(spread));
        Set<Long> seen = new HashSet<>();
        ScopeDrift drift = new ScopeDrift(Scopes.of("a"), NONE, NONE);
        for (int i = 0; i < 60; i++) {
            AccessToken token = tokens.organization("acme").verified();
            long after = after(spreading.valueOf(granted(token, Remedy.REFRESH, drift)));
            long refused = after(spreading.valueOf(
                    decision(token, request("read"), Denial.INSUFFICIENT_SCOPE, NONE, Remedy.REFRESH, drift)));

            assertThat(after).isBetween(1L, (long) spread);
            assertThat(after(spreading.valueOf(granted(token, Remedy.REFRESH, drift))))
                    .isEqualTo(after);
            assertThat(refused).isZero();
            seen.add(after);
        }
        assertThat(seen).hasSizeBetween(Math.min(spread, 2), spread);
    }

    @Test
    void afterWhenTheNextTokenMustBeNewerThenIncludesTheWait() {
        ScopeDrift drift = new ScopeDrift(Scopes.of("a"), NONE, NONE);
        RemedyAdvice advice = new RemedyAdvice(Remedy.REFRESH, drift, false, Duration.ofSeconds(3));
        AccessToken token = tokens.organization("acme").verified();
        Decision granted = decision(token, request("read"), null, NONE, advice, drift);
        Decision denied = decision(token, request("read"), Denial.INSUFFICIENT_SCOPE, NONE, advice, drift);

        assertThat(after(new ScopeDriftHeader(Duration.ofSeconds(1)).valueOf(granted)))
                .isEqualTo(4);
        assertThat(after(new ScopeDriftHeader(Duration.ofSeconds(30)).valueOf(granted)))
                .isBetween(4L, 30L);
        assertThat(after(new ScopeDriftHeader(Duration.ofSeconds(30)).valueOf(denied)))
                .isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT0.9S", "PT31S", "PT-1S", "PT30.001S"})
    void spreadWhenOutOfBoundsThenRefused(Duration spread) {
        assertThatIllegalArgumentException().isThrownBy(() -> new ScopeDriftHeader(spread));
    }

    // The last event of a stream

    @Test
    void lastEventWhenTheTokenExpiredThenAsOfTheEnd() {
        WatchEnd end = new WatchEnd(WatchEnd.Reason.EXPIRED, acme, null, true, MovableClock.NOON.plusSeconds(70));

        assertThat(header.valueOf(end))
                .isEqualTo("action=refresh, organization=\"acme\", token=\"" + acme.fingerprint()
                        + "\", as-of=1795262470, after=0");
    }

    @Test
    void lastEventWhenNoTokenHelpsThenAsOfTheReadThatShowedIt() {
        Decision suspended = denied(acme, Denial.SUBJECT_INACTIVE, request("read"), NONE, Remedy.NONE);
        WatchEnd end = new WatchEnd(
                WatchEnd.Reason.SUBJECT_INACTIVE, acme, suspended, true, MovableClock.NOON.plusSeconds(70));

        assertThat(header.valueOf(end))
                .isEqualTo("action=none, organization=\"acme\", token=\"" + acme.fingerprint()
                        + "\", as-of=1795262400, after=0");
    }

    // ProblemResponses: each row of the table

    @Test
    void refusalWhenNoTokenThen401WithoutError() {
        assertRefusal(
                refusals.missingToken(),
                "Bearer resource_metadata=\"" + METADATA + "\"",
                null,
                "missing-token",
                "Authentication required",
                401,
                "Send a bearer token in the Authorization header.",
                null,
                "none");
        assertThat(new ProblemResponses(null).missingToken().challenge()).isEqualTo("Bearer");
    }

    @Test
    void refusalWhenTwoCredentialsThen400() {
        assertRefusal(
                refusals.invalidRequest("Send one \"bearer\" token."),
                "Bearer error=\"invalid_request\", error_description=\"Send one bearer token.\"" + META,
                null,
                "invalid-request",
                "Invalid request",
                400,
                "Send one \"bearer\" token.",
                null,
                "none");
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void refusalWhenTokenIsInvalidThen401(Reason reason) {
        String action = switch (reason) {
            case EXPIRED, UNKNOWN_KEY -> "refresh";
            default -> "none";
        };

        assertRefusal(
                refusals.invalidToken(new InvalidTokenException(reason, "What is wrong.")),
                "Bearer error=\"invalid_token\", error_description=\"What is wrong.\"" + META,
                null,
                "invalid-token",
                "Invalid token",
                401,
                "What is wrong.",
                null,
                action);
    }

    @Test
    void refusalWhenKeysAreUnavailableThen503WithoutChallenge() {
        KeysUnavailableException unavailable = keysUnavailable();

        assertRefusal(
                refusals.keysUnavailable(unavailable),
                null,
                unavailable.retryAfter(),
                "keys-unavailable",
                "Signing keys unavailable",
                503,
                "The token cannot be verified at the moment. Try again later.",
                null,
                "none");
    }

    @Test
    void refusalWhenSubjectIsInactiveThen401() {
        assertRefusal(
                refusals.of(denied(acme, Denial.SUBJECT_INACTIVE, request("read"), NONE, Remedy.NONE)),
                "Bearer error=\"invalid_token\","
                        + " error_description=\"The account is suspended or does not exist any more.\"" + META,
                null,
                "invalid-token",
                "Invalid token",
                401,
                "The account is suspended or does not exist any more.",
                "acme",
                "none");
    }

    @Test
    void refusalWhenOrganizationIsAnotherThen403WithTheTokens() {
        String detail = "The token is for another organization than the request: organization_id names the token's.";
        AccessRequest elsewhere = of(RequestedOrganization.named("globex"), Audience.ORGANIZATION, "read");

        assertForbidden(
                denied(acme, Denial.ORGANIZATION_MISMATCH, elsewhere, NONE, Remedy.NONE),
                "organization-mismatch",
                "Wrong organization",
                detail,
                "acme",
                "none");
    }

    @Test
    void refusalWhenTokenIsForNoOrganizationThen403WithoutOne() {
        assertForbidden(
                denied(tokens.resource().verified(), Denial.ORGANIZATION_MISMATCH, request("read"), NONE, Remedy.NONE),
                "organization-mismatch",
                "Wrong organization",
                "The token is for no organization. Request a token for the organization of the request.",
                null,
                "none");
    }

    @Test
    void refusalWhenOrganizationRoleIsRequiredButNoOrganizationIsNamedThen403() {
        AccessRequest unnamed = new AccessRequest(
                RequestedOrganization.NONE, null, RoleRequirement.allOf(RoleKind.ORGANIZATION, "admin"));

        for (AccessToken token : List.of(acme, tokens.resource().verified())) {
            assertForbidden(
                    denied(token, Denial.ORGANIZATION_MISMATCH, unnamed, NONE, Remedy.NONE),
                    "organization-mismatch",
                    "Wrong organization",
                    "The request names no organization.",
                    token.organization(),
                    "none");
        }
    }

    @Test
    void refusalWhenPathAndHeaderDisagreeThen403() {
        AccessRequest conflicting = new AccessRequest(RequestedOrganization.CONFLICTING, null);

        assertForbidden(
                denied(acme, Denial.ORGANIZATION_MISMATCH, conflicting, NONE, Remedy.NONE),
                "organization-mismatch",
                "Wrong organization",
                "The request names different organizations in different places.",
                "acme",
                "none");
    }

    @Test
    void refusalWhenKindIsAnotherThen403SaysWhichToAskFor() {
        Map<AccessRequest, String> details = new LinkedHashMap<>();
        details.put(request("read"), "This operation takes an organization token: request one without a resource.");
        details.put(
                of(RequestedOrganization.named("acme"), TestTokens.API, "read"),
                "This operation takes a token for the resource https://api.example.test within the organization.");
        details.put(
                of(RequestedOrganization.NONE, TestTokens.API, "read"),
                "This operation takes a token for the resource https://api.example.test without an organization.");

        details.forEach((request, detail) -> assertForbidden(
                denied(acme, Denial.WRONG_TOKEN_KIND, request, NONE, Remedy.NONE),
                "wrong-token-kind",
                "Wrong kind of token",
                detail,
                "acme",
                "none"));
    }

    @Test
    void refusalWhenNoLongerAMemberThen403Refresh() {
        assertForbidden(
                denied(acme, Denial.NOT_A_MEMBER, request("read"), NONE, Remedy.REFRESH),
                "not-a-member",
                "Not a member",
                "The subject is not a member of this organization, or the organization is inactive.",
                "acme",
                "refresh");
    }

    @Test
    void refusalWhenTokenLacksGrantedScopesThen403NamesAllRequiredOnes() {
        Decision decision = denied(
                acme,
                Denial.INSUFFICIENT_SCOPE,
                request("read", "write"),
                Scopes.of("read", "write"),
                Remedy.RECONSENT);
        ProblemResponse refusal = refusals.of(decision);

        assertThat(refusal.challenge())
                .isEqualTo("Bearer error=\"insufficient_scope\","
                        + " error_description=\"The token lacks scopes that this operation requires.\","
                        + " scope=\"read write\"" + META);
        assertThat(refusal.status()).isEqualTo(403);
        Map<String, Object> members = new LinkedHashMap<>(members(
                "insufficient-scope",
                "Insufficient scope",
                403,
                "The token lacks scopes that this operation requires.",
                "acme",
                "reconsent"));
        members.put("required_scopes", List.of("read", "write"));
        assertThat(refusal.problem().members()).containsExactlyEntriesOf(members);
    }

    @ParameterizedTest
    @EnumSource(
            value = Remedy.class,
            names = {"NONE", "REFRESH"})
    void refusalWhenNobodyGrantedItThen403WithoutScope(Remedy remedy) {
        assertForbidden(
                denied(acme, Denial.INSUFFICIENT_SCOPE, request("write"), NONE, remedy),
                "insufficient-scope",
                "Insufficient scope",
                "The required scopes are not granted to the subject.",
                "acme",
                remedy == Remedy.NONE ? "none" : "refresh");
    }

    @Test
    void refusalWhenPermissionsAreUnavailableThen503() {
        assertRefusal(
                refusals.of(denied(acme, Denial.PERMISSIONS_UNAVAILABLE, request("read"), NONE, Remedy.NONE)),
                null,
                Duration.ofSeconds(5),
                "permissions-unavailable",
                "Permissions unavailable",
                503,
                "The permissions of the subject are unknown at the moment. Try again later.",
                "acme",
                "none");
    }

    @Test
    void refusalWhenNothingIsDeclaredThen403() {
        assertRefusal(
                refusals.undeclared(),
                "Bearer error=\"insufficient_scope\","
                        + " error_description=\"This operation declares no scopes, so access is denied.\"" + META,
                null,
                "undeclared",
                "Operation not open",
                403,
                "This operation declares no scopes, so access is denied.",
                null,
                "none");
    }

    @Test
    void refusalWhenGrantedThenItIsAMistake() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> refusals.of(granted(acme, Remedy.NONE, ScopeDrift.none())));
    }

    @Test
    void challengeWhenValueHasForbiddenCharactersThenTheyAreLeftOut() {
        assertThat(refusals.invalidRequest("a\"b\\c\r\nd\u00e4\u007fe").challenge())
                .isEqualTo("Bearer error=\"invalid_request\", error_description=\"abcde\"" + META);
    }

    private void assertForbidden(
            Decision decision, String type, String title, String detail, @Nullable String organization, String action) {
        assertRefusal(
                refusals.of(decision),
                "Bearer error=\"insufficient_scope\", error_description=\"" + detail + "\"" + META,
                null,
                type,
                title,
                403,
                detail,
                organization,
                action);
    }

    private static void assertRefusal(
            ProblemResponse refusal,
            @Nullable String challenge,
            @Nullable Duration retryAfter,
            String type,
            String title,
            int status,
            String detail,
            @Nullable String organization,
            String action) {
        assertThat(refusal.challenge()).isEqualTo(challenge);
        assertThat(refusal.retryAfter()).isEqualTo(retryAfter);
        assertThat(refusal.status()).isEqualTo(status);
        assertThat(refusal.problem().members())
                .containsExactlyEntriesOf(members(type, title, status, detail, organization, action));
    }

    private static Map<String, Object> members(
            String type, String title, int status, String detail, @Nullable String organization, String action) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("type", "urn:problem-type:scope-guard:" + type);
        members.put("title", title);
        members.put("status", status);
        members.put("detail", detail);
        if (organization != null) {
            members.put("organization_id", organization);
        }
        members.put("action", action);
        return members;
    }

    private static long after(String value) {
        return Long.parseLong(Parser.parseDictionary(value).get().get("after").serialize());
    }

    private static Decision granted(AccessToken token, Remedy remedy, ScopeDrift drift) {
        return decision(token, request("read"), null, NONE, remedy, drift);
    }

    private static Decision denied(
            AccessToken token, Denial denial, AccessRequest request, Scopes grantable, Remedy remedy) {
        return decision(token, request, denial, grantable, remedy, ScopeDrift.none());
    }

    private static Decision decision(
            AccessToken token,
            AccessRequest request,
            @Nullable Denial denial,
            Scopes grantable,
            Remedy remedy,
            ScopeDrift drift) {
        return decision(token, request, denial, grantable, new RemedyAdvice(remedy, drift), drift);
    }

    private static Decision decision(
            AccessToken token,
            AccessRequest request,
            @Nullable Denial denial,
            Scopes grantable,
            RemedyAdvice advice,
            ScopeDrift drift) {
        LivePermissions live = StandalonePermissions.of(NONE, MovableClock.NOON, 0);
        return new Decision(token, request, denial, live, drift, NONE, grantable, advice);
    }

    private static AccessRequest request(String... scopes) {
        return of(RequestedOrganization.named("acme"), Audience.ORGANIZATION, scopes);
    }

    private static AccessRequest of(RequestedOrganization organization, Audience audience, String... scopes) {
        return new AccessRequest(organization, ScopeRequirement.allOf(audience, Scopes.of(scopes)));
    }

    private static KeysUnavailableException keysUnavailable() {
        try {
            tokens.verifierBuilder(clock, URI.create(tokens.server().baseUrl() + "/nothing-here"))
                    .build()
                    .verify(tokens.organization("acme").compact());
            throw new AssertionError("there are no keys there");
        } catch (KeysUnavailableException e) {
            return e;
        }
    }
}
