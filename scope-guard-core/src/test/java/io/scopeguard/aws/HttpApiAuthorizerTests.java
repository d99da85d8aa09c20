package io.scopeguard.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2CustomAuthorizerEvent;
import io.scopeguard.Mode;
import io.scopeguard.ScopeGuard;
import io.scopeguard.ScopeGuardSettings;
import io.scopeguard.logto.Logto;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.permission.Freshness;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.provider.Standing;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.testing.InMemoryTenant;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The answers to events in the form in which API Gateway sends them. */
@Timeout(300)
class HttpApiAuthorizerTests {

    private static final String GET = "GET /organizations/{organizationId}/reports";
    private static final String DELETE = "DELETE /organizations/{organizationId}/reports/{id}";
    private static final HttpApiRoutes ROUTES = HttpApiRoutesTests.of("""
            {
              "GET /organizations/{organizationId}/reports": {"allOf": ["read:report"]},
              "DELETE /organizations/{organizationId}/reports/{id}": {"allOf": ["delete:report"], "whenUnknown": "deny"}
            }""");
    private static final HttpApiRoutes OF_TOKEN =
            HttpApiRoutesTests.of("{\"GET /reports\": {\"allOf\": [\"read:report\"], \"organization\": \"token\"}}");

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TestTokens tokens = new TestTokens(clock);

    private final InMemoryTenant tenant = new InMemoryTenant();
    private final SteadyClock steady = clock.steady();
    private final PermissionCache cache = new PermissionCache(
            "Test",
            tenant,
            steady,
            new CacheSettings(
                    Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofMinutes(1), 100, Duration.ofHours(1)),
            FactExchange.NONE);
    private final ScopeGuard guard = ScopeGuard.builder(Logto.at(tokens.tenant(), "app", "secret")
                    .steadyClock(steady)
                    .build())
            .verifier(tokens.verifier())
            .permissions(cache)
            .settings(new ScopeGuardSettings(
                    Mode.ENFORCE, Duration.ofSeconds(30), Duration.ofMinutes(5), WhenUnknown.TRUST_TOKEN))
            .build();

    private final String token =
            tokens.organization("acme").scopes("read:report", "delete:report").compact();
    private final AccessToken verified = tokens.verifier().verify(token);

    @AfterEach
    void close() {
        guard.close();
        cache.close();
    }

    @AfterAll
    static void stop() {
        tokens.close();
    }

    @Test
    void handleRequestWhenGrantedThenPolicyForThisPathOnly() {
        tenant.grant(verified, "read:report", "delete:report");
        clock.advance(Duration.ofMinutes(1));

        assertThat(authorizer().handleRequest(event(GET, "acme"), null))
                .isEqualTo(Map.of(
                        "principalId",
                        "alice",
                        "policyDocument",
                        Map.of(
                                "Version",
                                "2012-10-17",
                                "Statement",
                                List.of(Map.of(
                                        "Action",
                                        "execute-api:Invoke",
                                        "Effect",
                                        "Allow",
                                        "Resource",
                                        arn("GET", "acme")))),
                        "context",
                        Map.of(
                                "organization",
                                "acme",
                                "subject",
                                "alice",
                                "subjectType",
                                "user",
                                "clientId",
                                "browser",
                                "scope",
                                "read:report delete:report",
                                "asOf",
                                clock.instant().getEpochSecond())));
    }

    @Test
    void handleRequestWhenGrantedThenSimpleResponse() {
        tenant.grant(verified, "read:report", "delete:report");

        Map<String, Object> answer = simple().handleRequest(event(GET, "acme"), null);

        assertThat(answer).containsEntry("isAuthorized", true).containsOnlyKeys("isAuthorized", "context");
    }

    @Test
    void handleRequestWhenDemotedThenDeniedThereAndSignalledElsewhere() {
        tenant.grant(verified, "read:report");
        clock.advance(Duration.ofMinutes(1));

        assertThat(denial(DELETE, "acme")).isEqualTo("insufficient-scope");
        Map<?, ?> context = context(simple().handleRequest(event(GET, "acme"), null));
        assertThat(context.get("scope")).isEqualTo("read:report");
        assertThat(context.get("asOf")).isEqualTo(clock.instant().getEpochSecond());
        assertThat((String) context.get("scopeDrift"))
                .startsWith("action=refresh, demoted=(\"delete:report\"), organization=\"acme\"")
                .contains("token=\"" + verified.fingerprint() + "\"");
    }

    @Test
    void handleRequestWhenOrganizationOfPathIsAnotherThenDenied() {
        tenant.grant(verified, "read:report");

        assertThat(denial(GET, "globex")).isEqualTo("organization-mismatch");
        assertThat(denial(GET, "")).isEqualTo("organization-mismatch");
        APIGatewayV2CustomAuthorizerEvent without = event(GET, "acme");
        without.setPathParameters(null);
        assertThat(context(simple().handleRequest(without, null)).get("denial")).isEqualTo("organization-mismatch");
    }

    @Test
    void handleRequestWhenNoLongerMemberThenDenied() {
        tenant.grant(verified, "read:report").stands(verified, Standing.NOT_A_MEMBER);
        clock.advance(Duration.ofMinutes(1));

        assertThat(denial(GET, "acme")).isEqualTo("not-a-member");
    }

    @Test
    void handleRequestWhenSuspendedThenUnauthorized() {
        tenant.grant(verified, "read:report").stands(verified, Standing.SUSPENDED);
        clock.advance(Duration.ofMinutes(1));

        assertUnauthorized(event(GET, "acme"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST /reports", "$default", ""})
    void handleRequestWhenRouteIsNotInFileThenDenied(String route) {
        assertThat(denial(route, "acme")).isEqualTo("unknown-route");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-",
                "''",
                "Basic YTpi",
                "Bearer",
                "'Bearer '",
                "Bearer opaque",
                "'Bearer a.b.c,Bearer a.b.c'",
                "'Bearer, Basic YTpi'",
                "'Bearer\ta.b.c'"
            })
    void handleRequestWhenCredentialIsNoTokenThenUnauthorized(@Nullable String credential) {
        assertUnauthorized(with(event(GET, "acme"), credential));
    }

    @Test
    void handleRequestWhenTokenIsRepeatedOrInQueryThenUnauthorized() {
        assertUnauthorized(with(event(GET, "acme"), "Bearer " + token + ",Bearer " + token));
        APIGatewayV2CustomAuthorizerEvent query = event(GET, "acme");
        query.setRawQueryString("access_token=" + token);
        assertUnauthorized(query);
    }

    @Test
    void handleRequestWhenHeaderKeepsItsSpellingThenFound() {
        tenant.grant(verified, "read:report");
        APIGatewayV2CustomAuthorizerEvent event = event(GET, "acme");
        event.setHeaders(Map.of("Authorization", "bearer " + token));
        event.setIdentitySource(List.of("bearer " + token));

        assertThat(simple().handleRequest(event, null)).containsEntry("isAuthorized", true);
    }

    /**
     * An authorizer cannot respond 503, so the requirement's policy decides between the token and a failure, which is never reused.
     */
    @Test
    void handleRequestWhenPermissionsAreUnknownThenPolicyDecides() {
        tenant.down(true);
        clock.advance(Duration.ofMinutes(1));

        assertThat(simple().handleRequest(event(GET, "acme"), null)).containsEntry("isAuthorized", true);
        assertThatThrownBy(() -> simple().handleRequest(event(DELETE, "acme"), null))
                .hasMessage("Live permissions are unavailable");
    }

    /** The machine was frozen, which only the wall clock shows. */
    @Test
    void handleRequestWhenFrozenThenFrozenTimeCountsAsAge() {
        tenant.grant(verified, "read:report", "delete:report");
        clock.advance(Duration.ofMinutes(1));
        HttpApiAuthorizer authorizer = simple();
        assertThat(authorizer.handleRequest(event(DELETE, "acme"), null)).containsEntry("isAuthorized", true);
        int before = tenant.fetches();
        tenant.grant(verified, "read:report");

        clock.step(Duration.ofMinutes(20));

        assertThat(context(authorizer.handleRequest(event(DELETE, "acme"), null))
                        .get("denial"))
                .isEqualTo("insufficient-scope");
        assertThat(tenant.fetches()).isGreaterThan(before);
    }

    /** A function that is invoked every few seconds runs for milliseconds only, so ages consist of the freezes. */
    @Test
    void handleRequestWhenFrozenOftenForAShortTimeThenReadAnewWithinTheBound() {
        tenant.grant(verified, "read:report", "delete:report");
        clock.advance(Duration.ofMinutes(1));
        HttpApiAuthorizer authorizer = simple();
        assertThat(authorizer.handleRequest(event(DELETE, "acme"), null)).containsEntry("isAuthorized", true);
        tenant.grant(verified, "read:report");

        Duration passed = Duration.ZERO;
        while (passed.compareTo(Duration.ofMinutes(5)) <= 0) {
            clock.step(Duration.ofSeconds(4));
            passed = passed.plusSeconds(4);
            authorizer.handleRequest(event(DELETE, "acme"), null);
        }

        assertThat(denial(DELETE, "acme")).isEqualTo("insufficient-scope");
    }

    /** Reads for other users, from earlier requests, do not proceed. The request still waits for this user's read. */
    @Test
    void handleRequestWhenReadIsDueThenItIsDoneBeforeTheAnswer() {
        tenant.grant(verified, "read:report", "delete:report");
        clock.advance(Duration.ofMinutes(1));
        HttpApiAuthorizer authorizer = simple();
        assertThat(authorizer.handleRequest(event(DELETE, "acme"), null)).containsEntry("isAuthorized", true);
        CountDownLatch thaw = new CountDownLatch(1);
        tenant.beforeReads(subject -> {
            if (!subject.equals(verified.subject())) {
                awaitUninterruptibly(thaw);
            }
        });
        leaveReadsBehind();
        tenant.grant(verified, "read:report");

        clock.step(Duration.ofMinutes(2));

        assertThat(denial(DELETE, "acme")).isEqualTo("insufficient-scope");
        thaw.countDown();
    }

    /** After a failed read, the older picture counts, up to the maximum age. */
    @Test
    void handleRequestWhenReadIsDueAndFailsThenTheOlderPictureDecides() {
        tenant.grant(verified, "read:report", "delete:report");
        clock.advance(Duration.ofMinutes(1));
        HttpApiAuthorizer authorizer = simple();
        assertThat(authorizer.handleRequest(event(DELETE, "acme"), null)).containsEntry("isAuthorized", true);
        tenant.down(true);
        int before = tenant.fetches();

        clock.step(Duration.ofMinutes(2));

        assertThat(authorizer.handleRequest(event(DELETE, "acme"), null)).containsEntry("isAuthorized", true);
        assertThat(tenant.fetches()).isGreaterThan(before);
        clock.step(Duration.ofMinutes(4));
        assertThatThrownBy(() -> authorizer.handleRequest(event(DELETE, "acme"), null))
                .hasMessage("Live permissions are unavailable");
    }

    /** A client sees only 403, so it does not count as asked for consent. */
    @Test
    void handleRequestWhenDeniedThenTheNextGrantedResponseStillHasTheHint() {
        String first = tokens.organization("acme").scopes("read:report").compact();
        tenant.grant(verified, "read:report");
        clock.advance(Duration.ofMinutes(1));
        assertThat(drift(first)).isNull();
        tenant.grant(verified, "read:report", "delete:report");
        clock.advance(Duration.ofMinutes(1));
        assertThat(drift(first)).startsWith("action=refresh, promoted=(\"delete:report\")");
        clock.advance(Duration.ofSeconds(10));
        String second = tokens.organization("acme").scopes("read:report").compact();

        Map<String, Object> denied = simple().handleRequest(with(event(DELETE, "acme"), "Bearer " + second), null);
        clock.advance(Duration.ofMinutes(1));

        assertThat(context(denied).get("denial")).isEqualTo("insufficient-scope");
        assertThat(drift(second)).startsWith("action=reconsent, promoted=(\"delete:report\")");
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "a?b", "${x}"})
    void handleRequestWhenPathIsPatternThenPolicyDoesNotAllowIt(String path) {
        tenant.grant(verified, "read:report");
        APIGatewayV2CustomAuthorizerEvent event = event(GET, "acme");
        event.setRouteArn(arn("GET", "acme") + "/" + path);

        assertThat(authorizer().handleRequest(event, null).toString())
                .contains("Effect=Deny")
                .doesNotContain("Effect=Allow");
    }

    // Answers that API Gateway reuses

    @Test
    void buildWhenAnswerOfOneOrganizationWouldBeReusedThenRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HttpApiAuthorizer.builder(guard, ROUTES)
                        .simpleResponses()
                        .identitySources("$request.header.Authorization", "$context.routeKey")
                        .resultTtl(Duration.ofMinutes(5))
                        .build())
                .withMessageContaining("takes the organization from its path, which cannot be an identity source")
                .withMessageContaining("Set resultTtl to 0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "$context.routeKey|0|lack $request.header.Authorization",
                "$request.header.Authorization|300|lack $context.routeKey",
                "$request.header.Authorization|-1|Use 0s or more"
            })
    void buildWhenAnswersWouldBeMistakenThenRefused(String source, int ttl, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HttpApiAuthorizer.builder(guard, OF_TOKEN)
                        .simpleResponses()
                        .identitySources(source)
                        .resultTtl(Duration.ofSeconds(ttl))
                        .build())
                .withMessageContaining(message);
    }

    @Test
    void buildWhenPoliciesOrOwnMaxAgesWouldBeReusedThenRefused() {
        HttpApiRoutes fresh = HttpApiRoutesTests.of(
                "{\"GET /reports\": {\"allOf\": [\"a\"], \"organization\": \"token\", \"maxAge\": \"PT0S\"}}");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> cached(OF_TOKEN, builder -> builder))
                .withMessageContaining("a policy allows the path of one request only");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cached(fresh, HttpApiAuthorizer.Builder::simpleResponses))
                .withMessageContaining("has a maxAge of its own");
        assertThat(cached(OF_TOKEN, HttpApiAuthorizer.Builder::simpleResponses)).isNotNull();
    }

    @Test
    void handleRequestWhenIdentitySourcesDifferThenFails() {
        APIGatewayV2CustomAuthorizerEvent none = event(GET, "acme");
        none.setIdentitySource(null);
        APIGatewayV2CustomAuthorizerEvent other = event(GET, "acme");
        other.setIdentitySource(List.of("acme"));
        APIGatewayV2CustomAuthorizerEvent more = event(GET, "acme");
        more.setIdentitySource(List.of("Bearer " + token, GET));

        for (APIGatewayV2CustomAuthorizerEvent event : List.of(none, other, more)) {
            assertThatThrownBy(() -> authorizer().handleRequest(event, null))
                    .hasMessageContaining("other identity sources than [$request.header.Authorization]");
        }
    }

    /** More background reads than threads, of facts that are older than all others. */
    private void leaveReadsBehind() {
        Freshness freshness = Freshness.of(Duration.ofSeconds(30), Duration.ofMinutes(5), steady.nanos());
        for (int i = 0; i < 20; i++) {
            AccessToken other = tokens.organization("acme")
                    .subject("user" + i)
                    .scopes("read:report")
                    .verified();
            cache.refresh(PermissionKey.of(other), freshness);
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpApiAuthorizer cached(HttpApiRoutes routes, UnaryOperator<HttpApiAuthorizer.Builder> format) {
        return format.apply(HttpApiAuthorizer.builder(guard, routes)
                        .identitySources("$request.header.Authorization", "$context.routeKey")
                        .resultTtl(Duration.ofMinutes(5)))
                .build();
    }

    private HttpApiAuthorizer authorizer() {
        return HttpApiAuthorizer.builder(guard, ROUTES).build();
    }

    private HttpApiAuthorizer simple() {
        return HttpApiAuthorizer.builder(guard, ROUTES)
                .simpleResponses()
                .spread(Duration.ofSeconds(1))
                .build();
    }

    private @Nullable String drift(String bearer) {
        Map<String, Object> answer = simple().handleRequest(with(event(GET, "acme"), "Bearer " + bearer), null);
        assertThat(answer).containsEntry("isAuthorized", true);
        return (String) context(answer).get("scopeDrift");
    }

    private void assertUnauthorized(APIGatewayV2CustomAuthorizerEvent event) {
        assertThatThrownBy(() -> authorizer().handleRequest(event, null)).hasMessage("Unauthorized");
    }

    private Object denial(String route, String organization) {
        Map<String, Object> answer = simple().handleRequest(event(route, organization), null);
        assertThat(answer).containsEntry("isAuthorized", false);
        return context(answer).get("denial");
    }

    private static Map<?, ?> context(Map<String, Object> answer) {
        return (Map<?, ?>) answer.get("context");
    }

    private static APIGatewayV2CustomAuthorizerEvent with(
            APIGatewayV2CustomAuthorizerEvent event, @Nullable String credential) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (credential != null) {
            headers.put("authorization", credential);
        }
        event.setHeaders(headers);
        event.setIdentitySource(credential == null ? List.of("") : List.of(credential));
        return event;
    }

    private APIGatewayV2CustomAuthorizerEvent event(String route, String organization) {
        APIGatewayV2CustomAuthorizerEvent event = new APIGatewayV2CustomAuthorizerEvent();
        event.setRouteKey(route);
        event.setRouteArn(arn(route.split(" ")[0], organization));
        event.setPathParameters(Map.of("organizationId", organization));
        return with(event, "Bearer " + token);
    }

    private static String arn(String method, String organization) {
        return "arn:aws:execute-api:eu-west-1:123456789012:abc123/$default/" + method + "/organizations/" + organization
                + "/reports";
    }
}
