package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.scopeguard.logto.Logto;
import io.scopeguard.logto.LogtoTenant;
import io.scopeguard.organization.OrganizationProviders;
import io.scopeguard.scope.Audience;
import io.scopeguard.spring.support.QuickStart;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.Sampled;
import io.scopeguard.time.SteadyClock;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.support.SpringFactoriesLoader;

/** Two tenants behind one API on a real port: one from properties, one as a bean of the application. */
class SeveralProvidersTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer ours = new TenantServer(clock);
    private static final TenantServer theirs = new TenantServer(clock);

    private static RunningApi api;

    @BeforeAll
    static void start() {
        api = RunningApi.start(
                ours,
                clock,
                List.of(
                        "scope-guard.organization.providers.logto", "acme,shared-*",
                        "scope-guard.organization.providers.partner", "*",
                        "scope-guard.organization.global-provider", "logto"),
                GuardedApi.class,
                Partner.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        ours.close();
        theirs.close();
    }

    /** All users have the same id at both tenants, are members of the same organizations, and have the same permissions there. */
    private static TestToken token(String tenant, String organization) {
        TenantServer server = tenant.equals("logto") ? ours : theirs;
        server.join(organization, server.addUser("alice"), "read:report");
        return server.organizationToken(organization, "alice", "read:report");
    }

    @ParameterizedTest
    @CsvSource({
        "acme, logto, 200",
        "acme, partner, 403",
        "shared-1, logto, 200",
        "shared-1, partner, 403",
        "globex, partner, 200",
        "globex, logto, 403"
    })
    void getWhenTheOrganizationIsOfAnotherProviderThenOrganizationMismatch(
            String organization, String tenant, int status) {
        Reply reply = api.get("/organizations/" + organization + "/reports", token(tenant, organization));

        assertThat(reply.status()).isEqualTo(status);
        if (status == 403) {
            assertThat(reply.body())
                    .contains("organization-mismatch")
                    .contains("The organization does not belong to the token's issuer.");
        }
    }

    @Test
    void getWhenNoScopeIsNeededThenAForeignTokenIsRefused() {
        assertThat(api.get("/me", token("partner", "acme")).status()).isEqualTo(403);
        assertThat(api.get("/me", token("partner", "globex")).status()).isEqualTo(200);
    }

    @Test
    void getWhenAMemberLeavesAtOneProviderThenUsersOfTheOtherAreGranted() {
        TestToken shared = token("logto", "shared-2");
        TestToken globex = token("partner", "globex");
        ours.leave("shared-2", "alice");
        clock.advance(Duration.ofSeconds(60));

        assertThat(api.get("/organizations/shared-2/reports", shared).body()).contains("not-a-member");
        assertThat(api.get("/organizations/globex/reports", globex).status()).isEqualTo(200);
    }

    @Test
    void startWhenThereAreTwoProvidersThenMetadataAndMetersNameBoth() {
        token("logto", "acme");
        assertThat(api.getAsStranger("/.well-known/oauth-protected-resource").body())
                .contains(ours.endpoint() + "/oidc")
                .contains(theirs.endpoint() + "/oidc");
        assertThat(api.bean(MeterRegistry.class).find("scopeguard.provider.calls").timers().stream()
                        .map(timer -> timer.getId().getTag("provider")))
                .contains("logto", "partner");
        assertThat(api.bean(MeterRegistry.class).find("scopeguard.provider.breaker").gauges().stream()
                        .map(gauge -> gauge.getId().getTag("provider")))
                .contains("logto", "partner");
    }

    // Errors that stop start-up

    private final WebApplicationContextRunner application = new WebApplicationContextRunner()
            .withInitializer(new QuickStart())
            .withUserConfiguration(Api.class)
            .withPropertyValues(ours.properties().entrySet().stream()
                    .map(property -> property.getKey() + "=" + property.getValue())
                    .toArray(String[]::new));

    @Test
    void startWhenNoRuleAssignsOrganizationsThenFails() {
        assertRefused(
                application.withUserConfiguration(PartnerOnly.class),
                "scope-guard.organization.providers is not set, and there are several identity providers: logto, partner.",
                "scope-guard.organization.providers.logto=acme,org_*");
    }

    @Test
    void startUpWhenABeanIsTheRuleThenStarts() {
        application
                .withUserConfiguration(PartnerOnly.class)
                .withBean(OrganizationProviders.class, () -> organization -> "partner")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Sampled
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "providers.logto=acme;providers.partner=acme|contains 'acme', as does|exactly one provider",
                "providers.logto=*;providers.partner=*|contains '*', as does|exactly one provider",
                "providers.logto=a*b;providers.partner=*|contains 'a*b'|followed by *",
                "providers.logto=acme;providers.other=*|names 'other', which is not an identity provider|[logto, partner]",
                "providers.logto=acme;global-provider=other|names 'other', which is not an identity provider|[logto, partner]"
            })
    void startUpWhenTheRuleContradictsItselfThenRefused(String properties, String problem, String fix) {
        WebApplicationContextRunner runner = application.withUserConfiguration(PartnerOnly.class);
        for (String property : properties.split(";")) {
            runner = runner.withPropertyValues("scope-guard.organization." + property);
        }
        assertRefused(runner, problem, fix);
    }

    @Test
    void startUpWhenTwoProvidersHaveTheSameIssuerThenRefused() {
        assertRefused(
                application.withBean(
                        "twin",
                        Logto.class,
                        () -> Logto.at(tenant(ours), TenantServer.APP_ID, TenantServer.APP_SECRET)
                                .name("twin")
                                .build()),
                "has the same issuer as scope-guard.logto.endpoint: " + ours.endpoint() + "/oidc",
                "A token's issuer chooses its provider");
    }

    @Test
    void startUpWhenTwoProvidersHaveTheSameNameThenRefused() {
        assertRefused(
                application.withBean(
                        "twin",
                        Logto.class,
                        () -> Logto.at(tenant(theirs), TenantServer.APP_ID, TenantServer.APP_SECRET)
                                .build()),
                "has the same name as scope-guard.logto.endpoint: logto",
                "its own name");
    }

    @Test
    void startUpWhenThereIsNoProviderThenNamesThePropertiesOfEach() {
        assertRefused(
                new WebApplicationContextRunner()
                        .withInitializer(new QuickStart())
                        .withUserConfiguration(Api.class),
                "No identity provider is configured.",
                "scope-guard.logto.endpoint");
    }

    private static void assertRefused(WebApplicationContextRunner runner, String problem, String fix) {
        runner.run(context -> {
            assertThat(context).hasFailed();
            FailureAnalysis analysis = analysis(context.getStartupFailure());
            assertThat(analysis).isNotNull();
            assertThat(analysis.getDescription()).contains(problem);
            assertThat(analysis.getAction()).contains(fix);
        });
    }

    private static @Nullable FailureAnalysis analysis(Throwable failure) {
        return SpringFactoriesLoader.forDefaultResourceLocation()
                .load(FailureAnalyzer.class, (type, name, notInstantiated) -> {})
                .stream()
                .map(analyzer -> analyzer.analyze(failure))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static LogtoTenant tenant(TenantServer server) {
        return new LogtoTenant(URI.create(server.endpoint()));
    }

    @Configuration(proxyBeanMethods = false)
    static class PartnerOnly {

        @Bean
        Logto partner(ProviderListeners listeners, SteadyClock steadyClock) {
            return Logto.at(tenant(theirs), TenantServer.APP_ID, TenantServer.APP_SECRET)
                    .name("partner")
                    .resources(List.of(Audience.resource(TenantServer.RESOURCE)))
                    .callsPerSecond(1_000)
                    .timeout(Duration.ofSeconds(30))
                    .listener(listeners.calls("partner"))
                    .clock(clock)
                    .steadyClock(steadyClock)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Partner extends PartnerOnly {

        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Api {}
}
