package io.scopeguard.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.spring.OrganizationSource;
import io.scopeguard.spring.RequiresScopes;
import io.scopeguard.spring.actuate.Explanation;
import io.scopeguard.spring.actuate.Explanation.HandlerDecision;
import io.scopeguard.spring.actuate.ScopeGuardEndpoint;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The endpoint explains each decision as the guard makes it, for each kind of token at each kind of handler. */
class ExplainedRequestTests {

    private static final Pattern PROBLEM = Pattern.compile("scope-guard:([a-z-]+)");
    private static final String REPORTS = "/organizations/{organizationId}/reports";
    private static final String GRANTED = "granted";
    private static final String MISMATCH = "organization_mismatch";
    private static final String WRONG_KIND = "wrong_token_kind";

    /** The time of the provider's answers is that of its server. */
    private final MovableClock clock = new MovableClock(Instant.now());

    private final TenantServer tenant = new TenantServer(clock);
    private final String acme = TenantServer.newId("acme");
    private final String user = tenant.newUser();
    private RunningApi api;

    @BeforeEach
    void start() {
        api = RunningApi.start(
                tenant,
                clock,
                List.of(
                        "management.endpoints.web.exposure.include", "scopeguard",
                        "scope-guard.unannotated", "authenticated",
                        "scope-guard.permissions.max-wait", "60s"),
                Api.class);
    }

    @AfterEach
    void stop() {
        api.close();
        tenant.close();
    }

    /** The kinds of token, and what each handler decides. */
    private enum Kind {
        ORGANIZATION(Map.of(
                "/organizations/{organizationId}/any", GRANTED,
                "/organizations/{organizationId}/documents", WRONG_KIND,
                "/organizations/{organizationId}/reports", GRANTED,
                "/any", GRANTED,
                "/documents", WRONG_KIND,
                "/outside", WRONG_KIND,
                "/own-documents", WRONG_KIND,
                "/own-reports", GRANTED)),
        ORGANIZATION_RESOURCE(Map.of(
                "/organizations/{organizationId}/any", GRANTED,
                "/organizations/{organizationId}/documents", GRANTED,
                "/organizations/{organizationId}/reports", WRONG_KIND,
                "/any", GRANTED,
                "/documents", WRONG_KIND,
                "/outside", WRONG_KIND,
                "/own-documents", GRANTED,
                "/own-reports", WRONG_KIND)),
        RESOURCE(Map.of(
                "/organizations/{organizationId}/any", MISMATCH,
                "/organizations/{organizationId}/documents", MISMATCH,
                "/organizations/{organizationId}/reports", MISMATCH,
                "/any", GRANTED,
                "/documents", GRANTED,
                "/outside", GRANTED,
                "/own-documents", MISMATCH,
                "/own-reports", MISMATCH));

        private final Map<String, String> decisions;

        Kind(Map<String, String> decisions) {
            this.decisions = decisions;
        }
    }

    @ParameterizedTest
    @EnumSource
    void explainThenTheDecisionOfEachHandlerAboutThisKindOfToken(Kind kind) {
        tenant.join(acme, user, "read:report");
        tenant.grant(user, "read:document");
        TestToken token = token(kind);
        clock.advance(Duration.ofMinutes(1));

        Map<String, String> decisions = new TreeMap<>();
        explained(kind, null).handlers().forEach(handler -> decisions.put(path(handler), handler.decision()));

        assertThat(decisions).containsExactlyInAnyOrderEntriesOf(kind.decisions);
        decisions.forEach(
                (path, decision) -> assertThat(decided(path, token)).as(path).isEqualTo(decision));
    }

    /** The facts that are known are older than the token, and lack its scope. */
    @Test
    void explainWhenTheTokenIsYoungThenItCountsAsARead() {
        clock.advance(Duration.between(clock.instant(), Instant.now()));
        tenant.join(acme, user, "write:report");
        explained(Kind.ORGANIZATION, null);
        tenant.join(acme, user, "read:report");
        clock.advance(Duration.ofSeconds(10));
        Instant issuedAt = timeOfProvider().truncatedTo(ChronoUnit.SECONDS).minusSeconds(1);

        HandlerDecision ofAnyAge = reports(explained(Kind.ORGANIZATION, null));
        HandlerDecision young = reports(explained(Kind.ORGANIZATION, issuedAt));

        assertThat(ofAnyAge.decision()).isEqualTo("insufficient_scope");
        assertThat(young.decision()).isEqualTo(GRANTED);
        assertThat(young.why()).contains("so young that it counts as a read");
        assertThat(young.remedy()).isEqualTo("none");
        TestToken token = token(Kind.ORGANIZATION).with("iat", issuedAt.getEpochSecond());
        assertThat(decided(REPORTS, token)).isEqualTo(GRANTED);
    }

    private Instant timeOfProvider() {
        ProviderClock provider = api.bean(IdentityProvider.class).clock();
        return provider.latest(provider.steady().nanos());
    }

    private static HandlerDecision reports(Explanation explained) {
        return explained.handlers().stream()
                .filter(handler -> path(handler).equals(REPORTS))
                .findFirst()
                .orElseThrow();
    }

    private static String path(HandlerDecision handler) {
        return handler.paths().iterator().next();
    }

    private TestToken token(Kind kind) {
        return switch (kind) {
            case ORGANIZATION -> tenant.organizationToken(acme, user, "read:report");
            case ORGANIZATION_RESOURCE -> tenant.organizationResourceToken(acme, user, "read:document");
            case RESOURCE -> tenant.resourceToken(user, "read:document");
        };
    }

    private Explanation explained(Kind kind, @Nullable Instant issuedAt) {
        boolean isOfOrganization = kind == Kind.ORGANIZATION;
        return api.bean(ScopeGuardEndpoint.class)
                .explain(
                        user,
                        kind == Kind.RESOURCE ? null : acme,
                        null,
                        isOfOrganization ? null : TenantServer.RESOURCE,
                        List.of(isOfOrganization ? "read:report" : "read:document"),
                        null,
                        null,
                        issuedAt,
                        null);
    }

    /** The guard's decision about a request. */
    private String decided(String path, TestToken token) {
        Reply reply = api.get(path.replace("{organizationId}", acme), token);
        Matcher problem = PROBLEM.matcher(reply.body());
        assertThat(reply.status() == 200 || problem.find()).as(reply.toString()).isTrue();
        return reply.status() == 200 ? GRANTED : problem.group(1).replace('-', '_');
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Api {

        @RestController
        static class Handlers {

            @RequiresScopes("read:report")
            @GetMapping("/organizations/{organizationId}/reports")
            String reports() {
                return "ok";
            }

            @RequiresScopes(value = "read:document", audience = TenantServer.RESOURCE)
            @GetMapping("/organizations/{organizationId}/documents")
            String documents() {
                return "ok";
            }

            @GetMapping("/organizations/{organizationId}/any")
            String anyInOrganization() {
                return "ok";
            }

            @RequiresScopes(value = "read:document", audience = TenantServer.RESOURCE)
            @GetMapping("/documents")
            String globalDocuments() {
                return "ok";
            }

            @RequiresScopes(
                    value = "read:document",
                    audience = TenantServer.RESOURCE,
                    organizationFrom = OrganizationSource.NONE)
            @GetMapping("/outside")
            String outside() {
                return "ok";
            }

            @RequiresScopes(
                    value = "read:document",
                    audience = TenantServer.RESOURCE,
                    organizationFrom = OrganizationSource.TOKEN)
            @GetMapping("/own-documents")
            String ownDocuments() {
                return "ok";
            }

            @RequiresScopes(value = "read:report", organizationFrom = OrganizationSource.TOKEN)
            @GetMapping("/own-reports")
            String ownReports() {
                return "ok";
            }

            @GetMapping("/any")
            String any() {
                return "ok";
            }
        }
    }
}
