package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each row of the denial table: the whole response, for each kind of token in the row. */
class DenialTableTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;

    private final String acme = TenantServer.newId("acme");

    @BeforeAll
    static void start() {
        api = RunningApi.start(tenant, clock, List.of(), GuardedApi.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        tenant.close();
    }

    @BeforeEach
    void older() {
        clock.advance(Duration.ofMinutes(1));
    }

    @AfterEach
    void well() {
        tenant.recover();
    }

    /** The subject of a token. */
    enum Who {
        USER {
            @Override
            String create() {
                return tenant.newUser();
            }
        },
        APPLICATION {
            @Override
            String create() {
                return tenant.newApplication();
            }
        };

        abstract String create();
    }

    /** The kinds of token, each with handlers that take it. */
    enum Kind {
        ORGANIZATION("reports", "read:report", "organization=\"%s\", ") {
            @Override
            TestToken token(String organization, String subject, String... scopes) {
                return tenant.organizationToken(organization, subject, scopes);
            }

            @Override
            void grant(String organization, String subject, String... scopes) {
                tenant.join(organization, subject, scopes);
            }
        },
        ORGANIZATION_RESOURCE(
                "documents", "read:document", "organization=\"%s\", resource=\"https://api.example.test\", ") {
            @Override
            TestToken token(String organization, String subject, String... scopes) {
                return tenant.organizationResourceToken(organization, subject, scopes);
            }

            @Override
            void grant(String organization, String subject, String... scopes) {
                tenant.join(organization, subject, scopes);
            }
        },
        RESOURCE("documents", "read:document", "resource=\"https://api.example.test\", ") {
            @Override
            TestToken token(String organization, String subject, String... scopes) {
                return tenant.resourceToken(subject, scopes);
            }

            @Override
            void grant(String organization, String subject, String... scopes) {
                tenant.grant(subject, scopes);
            }
        };

        final String path;
        final String scope;
        final String context;

        Kind(String path, String scope, String context) {
            this.path = path;
            this.scope = scope;
            this.context = context;
        }

        abstract TestToken token(String organization, String subject, String... scopes);

        abstract void grant(String organization, String subject, String... scopes);

        String path(String organization) {
            return this == RESOURCE ? "/" + path : "/organizations/" + organization + "/" + path;
        }

        String context(String organization) {
            return context.formatted(organization);
        }

        String member(String organization) {
            return this == RESOURCE ? "" : "\"organization_id\":\"" + organization + "\",";
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/organizations/acme/reports", "/documents", "/me", "/nowhere"})
    void getWhenThereIsNoTokenThenMissingToken(String path) {
        assertThat(api.getAsStranger(path)).hasToString("""
                401
                WWW-Authenticate: Bearer resource_metadata="{api}/.well-known/oauth-protected-resource"
                Content-Type: application/problem+json;charset=UTF-8
                Cache-Control: no-cache, no-store, max-age=0, must-revalidate

                {"type":"urn:problem-type:scope-guard:missing-token","title":"Authentication required","status":401,\
                "detail":"Send a bearer token in the Authorization header.","action":"none"}""");
    }

    @Test
    void responseWhenOriginIsForeignThenGuardHeadersAreExposed() {
        assertThat(api.getAsStranger("/me", "Origin", "https://app.example.test"))
                .hasToString("""
                401
                WWW-Authenticate: Bearer resource_metadata="{api}/.well-known/oauth-protected-resource"
                Content-Type: application/problem+json;charset=UTF-8
                Cache-Control: no-cache, no-store, max-age=0, must-revalidate
                Access-Control-Expose-Headers: Scope-Drift, WWW-Authenticate, Retry-After

                {"type":"urn:problem-type:scope-guard:missing-token","title":"Authentication required","status":401,\
                "detail":"Send a bearer token in the Authorization header.","action":"none"}""");
    }

    @Test
    void getWhenTheTokenIsInTheQueryThenInvalidRequest() {
        String token = tenant.organizationToken(acme, tenant.newUser()).signed();
        String refused = invalidRequest("Send the token in the Authorization header, not as a parameter.");
        assertThat(api.getAsStranger("/me?access_token=" + token)).hasToString(refused);
        assertThat(api.getAsStranger("/me?a=b&access%5Ftoken=" + token)).hasToString(refused);
        assertThat(api.get("/me?access_token=x", token)).hasToString(refused);
        assertThat(api.getAsStranger("/public?access_token=" + token)).hasToString(refused);
    }

    private static String invalidRequest(String description) {
        return """
                400
                WWW-Authenticate: Bearer error="invalid_request", error_description="%s", \
                resource_metadata="{api}/.well-known/oauth-protected-resource"
                Content-Type: application/problem+json;charset=UTF-8
                Cache-Control: no-cache, no-store, max-age=0, must-revalidate

                {"type":"urn:problem-type:scope-guard:invalid-request","title":"Invalid request","status":400,\
                "detail":"%s","action":"none"}""".formatted(description, description);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void getWhenTheTokenHasExpiredThenInvalidTokenAndRefresh(Kind kind) {
        TestToken token = kind.token(acme, tenant.newUser(), kind.scope);
        clock.advance(Duration.ofMinutes(62));
        assertThat(api.get(kind.path(acme), token)).hasToString(invalidToken("The token has expired.", "refresh"));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void getWhenIssuerAudienceOrKeyIsForeignThenInvalidToken(Kind kind) {
        TestToken token = kind.token(acme, tenant.newUser(), kind.scope);
        assertThat(api.get(kind.path(acme), token.with("iss", "https://other.logto.app/oidc")))
                .hasToString(invalidToken("The token is from another issuer.", "none"));
        assertThat(api.get(kind.path(acme), token.with("aud", "https://other.example.test")))
                .hasToString(invalidToken(
                        "The token is for another audience: it must be exactly one that this API takes.", "none"));
        assertThat(api.get(kind.path(acme), token.withKey(TenantServer.newKey("key-1"))))
                .hasToString(invalidToken("The token's signature is wrong.", "none"));
    }

    @Test
    void getWhenTheTokenNamesTwoOrganizationsThenInvalidToken() {
        TestToken token = tenant.organizationToken(acme, tenant.newUser()).with("organization_id", "globex");
        assertThat(api.get("/me", token))
                .hasToString(
                        invalidToken("The token's audience and organization_id name different organizations.", "none"));
    }

    @Test
    void getWhenTheTokenIsOpaqueThenInvalidToken() {
        assertThat(api.get("/me", "8bAoZEh3I90dLoaz5zZvlZaDL5_uypx3wFU_JPWZe_F"))
                .hasToString(invalidToken(
                        "This API takes no opaque tokens: request a token for a resource or an organization.", "none"));
    }

    @Test
    void getWhenTheTokenIsAnIdTokenThenInvalidToken() {
        TestToken token = tenant.organizationToken(acme, tenant.newUser())
                .withType(null)
                .with("aud", "web-app")
                .with("client_id", null);
        assertThat(api.get("/me", token))
                .hasToString(invalidToken("Not an access token: its type is not at+jwt.", "none"));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void getWhenTheUserIsSuspendedThenUnauthorized(Kind kind) {
        String user = tenant.newUser();
        kind.grant(acme, user, kind.scope);
        TestToken token = kind.token(acme, user, kind.scope);
        assertThat(api.get(kind.path(acme), token).status()).isEqualTo(200);
        tenant.suspend(user);
        clock.advance(Duration.ofSeconds(31));
        assertThat(api.get(kind.path(acme), token)).hasToString(inactive(kind));
    }

    @ParameterizedTest
    @CsvSource({
        "ORGANIZATION, USER",
        "ORGANIZATION_RESOURCE, USER",
        "RESOURCE, USER",
        "ORGANIZATION, APPLICATION",
        "ORGANIZATION_RESOURCE, APPLICATION",
        "RESOURCE, APPLICATION"
    })
    void getWhenTheSubjectIsDeletedThenUnauthorized(Kind kind, Who who) {
        String subject = who.create();
        kind.grant(acme, subject, kind.scope);
        TestToken token = kind.token(acme, subject, kind.scope);
        assertThat(api.get(kind.path(acme), token).status()).isEqualTo(200);
        tenant.delete(subject);
        clock.advance(Duration.ofSeconds(31));
        assertThat(api.get(kind.path(acme), token)).hasToString(inactive(kind));
    }

    private String inactive(Kind kind) {
        String organization = kind == Kind.RESOURCE ? "" : "\"organization_id\":\"" + acme + "\",";
        return invalidToken("The account is suspended or does not exist any more.", "none")
                .replace("\"action\"", organization + "\"action\"");
    }

    private static String invalidToken(String description, String action) {
        return """
                401
                WWW-Authenticate: Bearer error="invalid_token", error_description="%s", \
                resource_metadata="{api}/.well-known/oauth-protected-resource"
                Content-Type: application/problem+json;charset=UTF-8
                Cache-Control: no-cache, no-store, max-age=0, must-revalidate

                {"type":"urn:problem-type:scope-guard:invalid-token","title":"Invalid token","status":401,\
                "detail":"%s","action":"%s"}""".formatted(description, description, action);
    }

    @ParameterizedTest
    @CsvSource({"ORGANIZATION, reports", "ORGANIZATION_RESOURCE, documents", "ORGANIZATION, anything"})
    void getWhenTheTokenIsForAnotherOrganizationThenOrganizationMismatch(Kind kind, String path) {
        String user = tenant.newUser();
        kind.grant(acme, user, kind.scope);
        kind.grant("globex", user, kind.scope);
        assertThat(api.get("/organizations/globex/" + path, kind.token(acme, user, kind.scope)))
                .hasToString(forbidden(
                        "organization-mismatch",
                        "Wrong organization",
                        "The token is for another organization than the request: organization_id names the token's.",
                        "\"organization_id\":\"" + acme + "\","));
    }

    @ParameterizedTest
    @ValueSource(strings = {"reports", "documents", "anything"})
    void getWhenTheTokenIsForNoOrganizationThenOrganizationMismatch(String path) {
        String user = tenant.newUser();
        tenant.grant(user, "read:document");
        tenant.join("globex", user, "read:document", "read:report");
        assertThat(api.get("/organizations/globex/" + path, tenant.resourceToken(user, "read:document", "read:report")))
                .hasToString(forbidden(
                        "organization-mismatch",
                        "Wrong organization",
                        "The token is for no organization. Request a token for the organization of the request.",
                        ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ORGANIZATION|/organizations/%s/documents|"
                        + "This operation takes a token for the resource https://api.example.test within the organization.",
                "ORGANIZATION|/documents|"
                        + "This operation takes a token for the resource https://api.example.test without an organization.",
                "ORGANIZATION_RESOURCE|/organizations/%s/reports|"
                        + "This operation takes an organization token: request one without a resource.",
                "ORGANIZATION_RESOURCE|/documents|"
                        + "This operation takes a token for the resource https://api.example.test without an organization."
            })
    void getWhenTheTokenIsOfAnotherKindThenWrongTokenKind(Kind kind, String path, String detail) {
        String user = tenant.newUser();
        tenant.grant(user, "read:document");
        tenant.join(acme, user, "read:document", "read:report");
        // It carries scopes with both names, which belong to its own audience.
        TestToken token = kind.token(acme, user, "read:report", "read:document");
        assertThat(api.get(path.formatted(acme), token))
                .hasToString(forbidden("wrong-token-kind", "Wrong kind of token", detail, kind.member(acme)));
    }

    private static String forbidden(String type, String title, String detail, String member) {
        return """
                403
                WWW-Authenticate: Bearer error="insufficient_scope", error_description="%s", \
                resource_metadata="{api}/.well-known/oauth-protected-resource"
                Content-Type: application/problem+json;charset=UTF-8
                Cache-Control: no-cache, no-store, max-age=0, must-revalidate

                {"type":"urn:problem-type:scope-guard:%s","title":"%s","status":403,\
                "detail":"%s",%s"action":"none"}""".formatted(detail, type, title, detail, member);
    }

    @ParameterizedTest
    @CsvSource({
        "ORGANIZATION, USER",
        "ORGANIZATION_RESOURCE, USER",
        "ORGANIZATION, APPLICATION",
        "ORGANIZATION_RESOURCE, APPLICATION"
    })
    void getWhenTheSubjectIsNoLongerAMemberThenNotAMemberAndRefresh(Kind kind, Who who) {
        String subject = who.create();
        kind.grant(acme, subject, kind.scope);
        TestToken token = kind.token(acme, subject, kind.scope);
        assertThat(api.get(kind.path(acme), token).status()).isEqualTo(200);
        tenant.leave(acme, subject);
        clock.advance(Duration.ofSeconds(31));
        assertThat(api.get(kind.path(acme), token)).hasToString("""
                403
                WWW-Authenticate: Bearer error="insufficient_scope", \
                error_description="The subject is not a member of this organization, or the organization is inactive.", \
                resource_metadata="{api}/.well-known/oauth-protected-resource"
                Content-Type: application/problem+json;charset=UTF-8
                Scope-Drift: action=refresh, demoted=("%s"), %stoken="%s", as-of=%d, after=1
                Cache-Control: no-store

                {"type":"urn:problem-type:scope-guard:not-a-member","title":"Not a member","status":403,\
                "detail":"The subject is not a member of this organization, or the organization is inactive.",%s"action":"refresh"}""".formatted(
                        kind.scope, kind.context(acme), token.fingerprint(), now(), kind.member(acme)));
    }

    /** A token without an organization carries all scopes of the sign-in's grant, so a refresh delivers no more. */
    @ParameterizedTest
    @CsvSource({
        "ORGANIZATION, USER, refresh",
        "ORGANIZATION_RESOURCE, USER, refresh",
        "RESOURCE, USER, reconsent",
        "ORGANIZATION, APPLICATION, refresh",
        "ORGANIZATION_RESOURCE, APPLICATION, refresh",
        "RESOURCE, APPLICATION, refresh"
    })
    void getWhenPromotedThenInsufficientScopeAndTheRemedy(Kind kind, Who who, String action) {
        String subject = who.create();
        kind.grant(acme, subject, kind.scope);
        TestToken token = kind.token(acme, subject);
        assertThat(api.get(kind.path(acme), token, "Origin", "https://app.example.test"))
                .hasToString("""
                        403
                        WWW-Authenticate: Bearer error="insufficient_scope", \
                        error_description="The token lacks scopes that this operation requires.", scope="%s", \
                        resource_metadata="{api}/.well-known/oauth-protected-resource"
                        Content-Type: application/problem+json;charset=UTF-8
                        Scope-Drift: action=%s, promoted=("%s"), %stoken="%s", as-of=%d, after=1
                        Cache-Control: no-store
                        Access-Control-Expose-Headers: Scope-Drift, WWW-Authenticate, Retry-After

                        {"type":"urn:problem-type:scope-guard:insufficient-scope","title":"Insufficient scope",\
                        "status":403,"detail":"The token lacks scopes that this operation requires.",%s\
                        "action":"%s","required_scopes":["%s"]}""".formatted(
                                kind.scope,
                                action,
                                kind.scope,
                                kind.context(acme),
                                token.fingerprint(),
                                now(),
                                kind.member(acme),
                                action,
                                kind.scope));
    }

    /** A refresh did not deliver the scope, so only a new sign-in can. */
    @Test
    void getWhenPromotedAndARefreshDidNotDeliverTheScopeThenReconsent() {
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report");
        String path = "/organizations/" + acme + "/reports";
        assertThat(api.get(path, tenant.organizationToken(acme, user)).body()).contains("\"action\":\"refresh\"");
        clock.advance(Duration.ofSeconds(2));
        TestToken refreshed = tenant.organizationToken(acme, user);
        assertThat(api.get(path, refreshed))
                .hasToString(insufficient("reconsent", refreshed, "promoted", "read:report")
                        .replace("after=1", "after=0"));
    }

    @Test
    void getWhenAllScopesAreRequiredAndOneIsNewThenReconsent() {
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report");
        TestToken token = tenant.organizationToken(acme, user, "read:report");
        assertThat(api.get("/organizations/" + acme + "/export", token).status())
                .isEqualTo(403);
        clock.advance(Duration.ofSeconds(31));
        tenant.join(acme, user, "read:report", "export:report");
        assertThat(api.get("/organizations/" + acme + "/export", token))
                .hasToString("""
                403
                WWW-Authenticate: Bearer error="insufficient_scope", \
                error_description="The token lacks scopes that this operation requires.", \
                scope="read:report export:report", \
                resource_metadata="{api}/.well-known/oauth-protected-resource"
                Content-Type: application/problem+json;charset=UTF-8
                Scope-Drift: action=reconsent, new=("export:report"), organization="%s", token="%s", as-of=%d, after=1
                Cache-Control: no-store

                {"type":"urn:problem-type:scope-guard:insufficient-scope","title":"Insufficient scope","status":403,\
                "detail":"The token lacks scopes that this operation requires.","organization_id":"%s",\
                "action":"reconsent","required_scopes":["read:report","export:report"]}""".formatted(acme, token.fingerprint(), now(), acme));
    }

    @Test
    void getWhenAnyScopeIsRequiredAndOneIsPromotedThenRefresh() {
        String user = tenant.newUser();
        tenant.join(acme, user, "invite:member");
        TestToken token = tenant.organizationToken(acme, user);
        assertThat(api.get("/organizations/" + acme + "/either", token))
                .hasToString(insufficient("refresh", token, "promoted", "invite:member"));
    }

    private String insufficient(String action, TestToken token, String change, String scope) {
        return """
                403
                WWW-Authenticate: Bearer error="insufficient_scope", \
                error_description="The token lacks scopes that this operation requires.", scope="%s", \
                resource_metadata="{api}/.well-known/oauth-protected-resource"
                Content-Type: application/problem+json;charset=UTF-8
                Scope-Drift: action=%s, %s=("%s"), organization="%s", token="%s", as-of=%d, after=1
                Cache-Control: no-store

                {"type":"urn:problem-type:scope-guard:insufficient-scope","title":"Insufficient scope","status":403,\
                "detail":"The token lacks scopes that this operation requires.","organization_id":"%s",\
                "action":"%s","required_scopes":["%s"]}""".formatted(scope, action, change, scope, acme, token.fingerprint(), now(), acme, action, scope);
    }

    @ParameterizedTest
    @CsvSource({
        "ORGANIZATION, USER",
        "ORGANIZATION_RESOURCE, USER",
        "ORGANIZATION, APPLICATION",
        "ORGANIZATION_RESOURCE, APPLICATION",
        "RESOURCE, APPLICATION"
    })
    void getWhenDemotedThenInsufficientScopeAndRefresh(Kind kind, Who who) {
        String subject = who.create();
        kind.grant(acme, subject, kind.scope);
        TestToken token = kind.token(acme, subject, kind.scope);
        assertThat(api.get(kind.path(acme), token)).hasToString(ok());
        kind.grant(acme, subject);
        clock.advance(Duration.ofSeconds(31));
        assertThat(api.get(kind.path(acme), token)).hasToString("""
                403
                WWW-Authenticate: Bearer error="insufficient_scope", \
                error_description="The required scopes are not granted to the subject.", \
                resource_metadata="{api}/.well-known/oauth-protected-resource"
                Content-Type: application/problem+json;charset=UTF-8
                Scope-Drift: action=refresh, demoted=("%s"), %stoken="%s", as-of=%d, after=1
                Cache-Control: no-store

                {"type":"urn:problem-type:scope-guard:insufficient-scope","title":"Insufficient scope","status":403,\
                "detail":"The required scopes are not granted to the subject.",%s"action":"refresh"}""".formatted(
                        kind.scope, kind.context(acme), token.fingerprint(), now(), kind.member(acme)));
    }

    /** It may have come from an organization, where it still counts. So this is not drift, and no refresh removes it. */
    @Test
    void getWhenDemotedGloballyAndAnOrganizationRoleGrantsTheScopeThenNoDrift() {
        tenant.join(acme, tenant.newUser(), "read:document");
        String user = tenant.newUser();
        tenant.grant(user, "read:document");
        TestToken token = tenant.resourceToken(user, "read:document");
        assertThat(api.get("/documents", token)).hasToString(ok());
        tenant.grant(user);
        clock.advance(Duration.ofSeconds(31));

        Reply refused = api.get("/documents", token);

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.has("Scope-Drift")).isFalse();
        assertThat(refused.body()).contains("insufficient-scope", "\"action\":\"none\"");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void getWhenTheScopeIsNotGrantedThenInsufficientScopeWithoutRemedy(Kind kind) {
        String user = tenant.newUser();
        kind.grant(acme, user);
        assertThat(api.get(kind.path(acme), kind.token(acme, user)))
                .hasToString(forbidden(
                        "insufficient-scope",
                        "Insufficient scope",
                        "The required scopes are not granted to the subject.",
                        kind.member(acme)));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void getWhenLiveIsUnknownAndTheTokenLacksTheScopeThenInsufficientScope(Kind kind) {
        tenant.failReads(503);
        assertThat(api.get(kind.path(acme), kind.token(acme, tenant.newUser())))
                .hasToString("""
                403
                WWW-Authenticate: Bearer error="insufficient_scope", \
                error_description="The token lacks scopes that this operation requires.", scope="%s", \
                resource_metadata="{api}/.well-known/oauth-protected-resource"
                Content-Type: application/problem+json;charset=UTF-8
                Cache-Control: no-cache, no-store, max-age=0, must-revalidate

                {"type":"urn:problem-type:scope-guard:insufficient-scope","title":"Insufficient scope","status":403,\
                "detail":"The token lacks scopes that this operation requires.",%s\
                "action":"none","required_scopes":["%s"]}""".formatted(kind.scope, kind.member(acme), kind.scope));
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = "RESOURCE", mode = EnumSource.Mode.EXCLUDE)
    void getWhenLiveIsUnknownAndTheTokenHasTheScopeThenOk(Kind kind) {
        tenant.failReads(503);
        assertThat(api.get(kind.path(acme), kind.token(acme, tenant.newUser(), kind.scope)))
                .hasToString(ok());
    }

    /** Some organization role grants the scope: the token may carry it without its subject holding it globally. */
    @Test
    void getWhenLiveIsUnknownAndTheScopeMayHaveLeakedThenTheTokenDoesNotDecide() {
        String member = tenant.newUser();
        Kind.ORGANIZATION_RESOURCE.grant(acme, member, Kind.RESOURCE.scope);
        TestToken ofMember = Kind.ORGANIZATION_RESOURCE.token(acme, member, Kind.RESOURCE.scope);
        assertThat(api.get(Kind.ORGANIZATION_RESOURCE.path(acme), ofMember)).hasToString(ok());
        tenant.failReads(503);
        TestToken token = Kind.RESOURCE.token(acme, tenant.newUser(), Kind.RESOURCE.scope);
        Reply reply = api.get(Kind.RESOURCE.path(acme), token);

        // This depends on whether the holders of global roles were ever read.
        assertThat(reply.status()).isIn(403, 503);
        assertThat(reply.body()).contains("\"action\":\"none\"").doesNotContain("required_scopes");
    }

    @Test
    void deleteWhenLiveIsOlderThanMaxAgeThenPermissionsUnavailable() {
        String user = tenant.newUser();
        tenant.join(acme, user, "delete:report");
        String path = "/organizations/" + acme + "/reports/1";
        String bearer = "Bearer "
                + tenant.organizationToken(acme, user, "delete:report").signed();
        assertThat(api.send("DELETE", path, null, "Authorization", bearer).status())
                .isEqualTo(204);
        tenant.failReads(500);
        clock.advance(Duration.ofMillis(1));
        assertThat(api.send("DELETE", path, null, "Authorization", bearer, "Origin", "https://app.example.test"))
                .hasToString("""
                        503
                        Retry-After: 5
                        Content-Type: application/problem+json;charset=UTF-8
                        Cache-Control: no-cache, no-store, max-age=0, must-revalidate
                        Access-Control-Expose-Headers: Scope-Drift, WWW-Authenticate, Retry-After

                        {"type":"urn:problem-type:scope-guard:permissions-unavailable",\
                        "title":"Permissions unavailable","status":503,\
                        "detail":"The permissions of the subject are unknown at the moment. Try again later.",\
                        "organization_id":"%s","action":"none"}""".formatted(acme));
    }

    private static String ok() {
        return """
                200
                Content-Type: text/plain;charset=UTF-8
                Cache-Control: no-cache, no-store, max-age=0, must-revalidate

                ok""";
    }

    private static long now() {
        return clock.instant().getEpochSecond();
    }
}
