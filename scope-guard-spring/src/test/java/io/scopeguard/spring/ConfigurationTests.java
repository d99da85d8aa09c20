package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.WireMock;
import io.scopeguard.Mode;
import io.scopeguard.ScopeGuard;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.spring.authorization.DeclaredScopes;
import io.scopeguard.spring.autoconfigure.Auth0Properties;
import io.scopeguard.spring.autoconfigure.KeycloakProperties;
import io.scopeguard.spring.autoconfigure.LogtoProperties;
import io.scopeguard.spring.autoconfigure.McpProperties;
import io.scopeguard.spring.autoconfigure.ScopeGuardProperties;
import io.scopeguard.spring.autoconfigure.SharingProperties;
import io.scopeguard.spring.stream.SignalStreamController;
import io.scopeguard.spring.support.QuickStart;
import io.scopeguard.spring.support.Recording;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.Sampled;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.web.context.support.GenericWebApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** All properties with their defaults, and the errors that stop start-up with the name of the property and the fix. */
@ExtendWith(OutputCaptureExtension.class)
class ConfigurationTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static WireMockServer refusing;

    private final WebApplicationContextRunner minimal = new WebApplicationContextRunner()
            .withInitializer(new QuickStart())
            .withUserConfiguration(Api.class)
            .withPropertyValues(
                    "scope-guard.logto.endpoint=" + tenant.endpoint(),
                    "scope-guard.logto.app-id=" + TenantServer.APP_ID,
                    "scope-guard.logto.app-secret=" + TenantServer.APP_SECRET,
                    "scope-guard.resources=" + TenantServer.RESOURCE);

    /** An error response arrives in time, even on a busy machine. */
    private final WebApplicationContextRunner patient =
            minimal.withPropertyValues("scope-guard.startup-timeout=10m", "scope-guard.logto.timeout=30s");

    @BeforeAll
    static void start() {
        refusing = Recording.server();
    }

    @AfterAll
    static void stop() {
        tenant.close();
        refusing.stop();
    }

    @BeforeEach
    void well() {
        tenant.recover();
        tenant.issueManagementTokensFor("all");
        refusing.resetAll();
    }

    @Test
    void startWhenFourPropertiesAreSetThenAllOthersHaveTheirDefaults() {
        minimal.run(context -> {
            assertThat(context).hasNotFailed().hasSingleBean(ScopeGuard.class);
            ScopeGuardProperties properties = context.getBean(ScopeGuardProperties.class);
            assertThat(properties.enabled()).isTrue();
            assertThat(properties.failFast()).isFalse();
            assertThat(properties.startupTimeout()).isNull();
            assertThat(properties.mode()).isEqualTo(Mode.ENFORCE);
            assertThat(properties.defaultAudience()).isNull();
            assertThat(properties.unannotated()).isEqualTo(ScopeGuardProperties.Unannotated.AUTHENTICATED);
            assertThat(properties.authorities()).isEqualTo(ScopeGuardProperties.Authorities.NONE);
            assertThat(properties.clockSkew()).isEqualTo(Duration.ofSeconds(60));
            LogtoProperties logto = context.getBean(LogtoProperties.class);
            assertThat(logto.managementResource()).isNull();
            assertThat(logto.issuers()).isEmpty();
            assertThat(logto.plainHttpHosts()).isEmpty();
            assertThat(logto.callsPerSecond()).isEqualTo(5);
            assertThat(logto.timeout()).isEqualTo(Duration.ofSeconds(3));
            assertThat(logto.webhook()).isEqualTo(new LogtoProperties.Webhook(null, "/scope-guard/webhooks/logto"));
            assertThat(properties.permissions())
                    .isEqualTo(new ScopeGuardProperties.Permissions(
                            Duration.ofSeconds(30),
                            Duration.ofMinutes(5),
                            WhenUnknown.TRUST_TOKEN,
                            Duration.ofSeconds(2),
                            100_000));
            assertThat(properties.drift())
                    .isEqualTo(new ScopeGuardProperties.Drift(List.of("declared"), Duration.ofSeconds(10)));
            assertThat(properties.streams()).isEqualTo(new ScopeGuardProperties.Streams(20_000));
            assertThat(properties.signals())
                    .isEqualTo(new ScopeGuardProperties.Signals(new ScopeGuardProperties.Signals.Stream(
                            false, "/scope-guard/signals", 200, 4, Duration.ofSeconds(10))));
            assertThat(context).doesNotHaveBean(SignalStreamController.class);
            assertThat(properties.organization())
                    .isEqualTo(new ScopeGuardProperties.Organization("organizationId", null, Map.of(), null));
            assertThat(properties.clients()).isEmpty();
            // The one resource is the default audience.
            assertThat(context.getBean(DeclaredScopes.class).audiences())
                    .containsExactly(Audience.resource(TenantServer.RESOURCE));
        });
    }

    @Test
    void startWhenEveryPropertyIsSetThenAllAreBound() {
        minimal.withPropertyValues(
                        "scope-guard.fail-fast=true",
                        "scope-guard.startup-timeout=600",
                        "scope-guard.mode=signal",
                        "scope-guard.public-url=https://api.example.com/gw/",
                        "scope-guard.resources=https://one.test,https://two.test",
                        "scope-guard.default-audience=https://two.test",
                        "scope-guard.unannotated=deny",
                        "scope-guard.authorities=token",
                        "scope-guard.clock-skew=5s",
                        "scope-guard.logto.management-resource=https://default.logto.app/api",
                        "scope-guard.logto.issuers=https://id.example.test/oidc",
                        "scope-guard.logto.plain-http-hosts=logto,logto.auth.svc",
                        "scope-guard.logto.calls-per-second=7",
                        "scope-guard.logto.timeout=29",
                        "scope-guard.logto.webhook.signing-keys=one-key,other-key",
                        "scope-guard.logto.webhook.path=/hooks/logto",
                        "scope-guard.permissions.max-age=1s",
                        "scope-guard.permissions.max-stale=2s",
                        "scope-guard.permissions.when-unknown=deny",
                        "scope-guard.permissions.max-wait=3s",
                        "scope-guard.open=static,actuator:info",
                        "scope-guard.permissions.max-entries=4",
                        "scope-guard.drift.watch=a,b",
                        "scope-guard.drift.spread=6s",
                        "scope-guard.signals.stream.enabled=true",
                        "scope-guard.signals.stream.path=/drift",
                        "scope-guard.signals.stream.max-streams=8",
                        "scope-guard.signals.stream.max-per-subject=2",
                        "scope-guard.signals.stream.keep-alive=9s",
                        "scope-guard.streams.max-open=10",
                        "scope-guard.log.organization=hash",
                        "scope-guard.organization.path-variable=org",
                        "scope-guard.organization.header=X-Org",
                        "scope-guard.organization.providers.logto=acme,*",
                        "scope-guard.organization.global-provider=logto",
                        "scope-guard.clients.batch.non-interactive=true",
                        "scope-guard.clients[partner_app.1].third-party=true",
                        "scope-guard.clients[partner_app.1].watch=a,b")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(ScopeGuardProperties.class))
                            .isEqualTo(new ScopeGuardProperties(
                                    true,
                                    true,
                                    Duration.ofMinutes(10),
                                    Mode.SIGNAL,
                                    "https://api.example.com/gw/",
                                    List.of("https://one.test", "https://two.test"),
                                    "https://two.test",
                                    ScopeGuardProperties.Unannotated.DENY,
                                    List.of("static", "actuator:info"),
                                    ScopeGuardProperties.Authorities.TOKEN,
                                    Duration.ofSeconds(5),
                                    new ScopeGuardProperties.Permissions(
                                            Duration.ofSeconds(1),
                                            Duration.ofSeconds(2),
                                            WhenUnknown.DENY,
                                            Duration.ofSeconds(3),
                                            4),
                                    new ScopeGuardProperties.Drift(List.of("a", "b"), Duration.ofSeconds(6)),
                                    new ScopeGuardProperties.Signals(new ScopeGuardProperties.Signals.Stream(
                                            true, "/drift", 8, 2, Duration.ofSeconds(9))),
                                    new ScopeGuardProperties.Streams(10),
                                    new ScopeGuardProperties.Organization(
                                            "org", "X-Org", Map.of("logto", List.of("acme", "*")), "logto"),
                                    new ScopeGuardProperties.Log(ScopeGuardProperties.OrganizationInLog.HASH),
                                    Map.of(
                                            "batch",
                                            new ScopeGuardProperties.Client(null, true, false),
                                            "partner_app.1",
                                            new ScopeGuardProperties.Client(List.of("a", "b"), false, true))));
                    assertThat(context.getBean(LogtoProperties.class))
                            .isEqualTo(new LogtoProperties(
                                    tenant.endpoint(),
                                    TenantServer.APP_ID,
                                    TenantServer.APP_SECRET,
                                    "https://default.logto.app/api",
                                    List.of("https://id.example.test/oidc"),
                                    List.of("logto", "logto.auth.svc"),
                                    7,
                                    Duration.ofSeconds(29),
                                    new LogtoProperties.Webhook(List.of("one-key", "other-key"), "/hooks/logto")));
                });
    }

    @Test
    void startWhenThereAreNoResourcesThenTheDefaultAudienceIsTheOrganization() {
        minimal.withPropertyValues("scope-guard.resources=")
                .run(context -> assertThat(context.getBean(DeclaredScopes.class).audiences())
                        .containsExactly(Audience.ORGANIZATION));
    }

    @Sampled
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "logto.endpoint=|scope-guard.logto.endpoint is not set.|Set it to https://abc.logto.app",
                "logto.app-id=|scope-guard.logto.app-id is not set.|machine-to-machine application",
                "logto.app-secret= |scope-guard.logto.app-secret is not set.|the secret of that application",
                "logto.endpoint=http://abc.logto.app|scope-guard.logto.endpoint is 'http://abc.logto.app', but must be an https URL|Use the tenant's endpoint",
                "logto.endpoint=http://logto:3001|localhost, 127.0.0.1 and [::1]|scope-guard.logto.plain-http-hosts",
                "logto.plain-http-hosts=http://logto|scope-guard.logto.plain-http-hosts contains 'http://logto', which is not a host name|no scheme",
                "logto.plain-http-hosts=logto:3001|scope-guard.logto.plain-http-hosts contains 'logto:3001', which is not a host name|no port",
                "logto.plain-http-hosts=*.svc|scope-guard.logto.plain-http-hosts contains '*.svc', which is not a host name|no pattern",
                "logto.endpoint=no uri|scope-guard.logto.endpoint is 'no uri', which is not a URL|Use the tenant's endpoint",
                "logto.endpoint=https://abc.logto.app/oidc|scope-guard.logto.endpoint is 'https://abc.logto.app/oidc', but must be the"
                        + " tenant's endpoint|Use the tenant's endpoint",
                "logto.endpoint=https://me:secret@abc.logto.app|scope-guard.logto.endpoint is 'https://abc.logto.app', but|Use",
                "logto.endpoint=https://me:se cret@logto|scope-guard.logto.endpoint is 'https://logto', which is not a URL|Use",
                "logto.calls-per-second=0|scope-guard.logto.calls-per-second is 0.|Use 1 or more.",
                "shared.enabled=true|scope-guard.shared.enabled is 'true'|spring-boot-starter-data-redis",
                "shared.connection-factory=a|scope-guard.shared.connection-factory is 'a'|spring-boot-starter-data-redis",
                "logto.timeout=99ms|scope-guard.logto.timeout is 99ms|from 100ms to 30s",
                "logto.timeout=31|scope-guard.logto.timeout is 31s|from 100ms to 30s",
                "logto.webhook.signing-keys=|scope-guard.logto.webhook.signing-keys is blank|leave the property out",
                "logto.webhook.signing-keys=a, ,b|scope-guard.logto.webhook.signing-keys is blank|leave the property out",
                "logto.issuers=https://a.test/oidc,nonsense|scope-guard.logto.issuers contains 'nonsense', which is not an issuer of Logto.|Copy the iss claim",
                "logto.issuers=https://auth.example.test|scope-guard.logto.issuers contains 'https://auth.example.test',|https://auth.example.com/oidc",
                "organization.header=a:b|scope-guard.organization.header is 'a:b', which is not a valid header name.|Organization-Id",
                "resources=api|scope-guard.resources is not valid|exactly as it is registered",
                "resources=https://a.test#b|scope-guard.resources is not valid|exactly as it is registered",
                "resources=https://a.test,https://b.test|scope-guard.default-audience is not set, and there are several"
                        + " scope-guard.resources|Set it to 'organization' or to the resource",
                "default-audience=https://b.test|scope-guard.default-audience is 'https://b.test', which is not one of scope-guard.resources|Add it",
                "default-audience=nonsense|scope-guard.default-audience is not valid|Use 'organization' or",
                "permissions.max-age=0s|scope-guard.permissions.max-age is 0s|positive duration",
                "permissions.max-stale=29s|scope-guard.permissions.max-stale is 29s, which is shorter than"
                        + " scope-guard.permissions.max-age, 30s.|at least as long",
                "permissions.max-wait=-1s|scope-guard.permissions.max-wait is -1s|positive duration",
                "permissions.max-entries=0|scope-guard.permissions.max-entries is 0|Use 1 or more",
                "startup-timeout=0|scope-guard.startup-timeout is 0s|positive duration",
                "clock-skew=-1s|scope-guard.clock-skew is -1s.|Use 0s or more.",
                "drift.spread=31s|scope-guard.drift.spread is 31s.|Use a duration from 1s to 30s.",
                "drift.spread=0s|scope-guard.drift.spread is 0s.|Use a duration from 1s to 30s.",
                "drift.watch=a b|scope-guard.drift.watch is not valid|Use 'declared', 'all', or a list",
                "clients.web.watch=a b|scope-guard.clients[web].watch is not valid|Use 'declared', 'all', or a list",
                "clients[my.app].watch=all,a|scope-guard.clients[my.app].watch is 'all,a', which mixes a keyword|or a list of scopes."
            })
    void startWhenSettingsContradictThenFails(String property, String problem, String fix) {
        minimal.withPropertyValues("scope-guard." + property).run(context -> {
            assertThat(context).hasFailed();
            FailureAnalysis analysis = analysis(context.getStartupFailure());
            assertThat(analysis.getDescription()).contains(problem);
            assertThat(analysis.getAction()).contains(fix);
        });
    }

    @Sampled
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "path=/{signals}|scope-guard.signals.stream.path is '/{signals}', which is not a plain path.|Use one like /scope-guard/signals",
                "max-streams=0|scope-guard.signals.stream.max-streams is 0.|Use 1 or more.",
                "max-per-subject=0|scope-guard.signals.stream.max-per-subject is 0.|Use 1 or more.",
                "keep-alive=99ms|scope-guard.signals.stream.keep-alive is 99ms.|Use a duration from 100ms to 1m.",
                "keep-alive=61|scope-guard.signals.stream.keep-alive is 61s.|Use a duration from 100ms to 1m."
            })
    void startWhenAPropertyOfTheSignalStreamIsInvalidThenFails(String property, String problem, String fix) {
        minimal.withPropertyValues("scope-guard.signals.stream.enabled=true", "scope-guard.signals.stream." + property)
                .run(context -> {
                    FailureAnalysis analysis = analysis(context.getStartupFailure());
                    assertThat(analysis.getDescription()).isEqualTo(problem);
                    assertThat(analysis.getAction()).contains(fix);
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "hooks",
                "/hooks/",
                "//hooks",
                "/hooks/**",
                "/{hook}",
                "/../hooks",
                "/a%20b",
                "/a;b",
                "/a?b"
            })
    void startWhenTheWebhookPathIsNotPlainThenFails(String path) {
        minimal.withPropertyValues(
                        "scope-guard.logto.webhook.signing-keys=a-key", "scope-guard.logto.webhook.path=" + path)
                .run(context -> {
                    FailureAnalysis analysis = analysis(context.getStartupFailure());
                    assertThat(analysis.getDescription())
                            .isEqualTo("scope-guard.logto.webhook.path is '" + path + "', which is not a plain path.");
                    assertThat(analysis.getAction()).contains("/scope-guard/webhooks/logto");
                });
    }

    @Sampled
    @ParameterizedTest
    @ValueSource(
            strings = {
                "api.example.com",
                "http://api.example.com",
                "ftp://api.example.com",
                "https://",
                "https:///gw",
                "https://api.example.com?a=b",
                "https://api.example.com#a",
                "https://user@api.example.com",
                "https://api.example.com:port",
                "https://api.example.com//gw",
                "https://api.example.com/../gw",
                "https://api.example.com/a b",
                "https://api.example.com/\"",
                "https://-api.example.com",
                "https://\u00e9.example.com",
                "http://localhost.example.com"
            })
    void startWhenThePublicUrlIsInvalidThenFails(String url) {
        minimal.withPropertyValues("scope-guard.public-url=" + url).run(context -> {
            FailureAnalysis analysis = analysis(context.getStartupFailure());
            assertThat(analysis.getDescription())
                    .isEqualTo("scope-guard.public-url is '" + url + "', which is not the public address of an API.");
            assertThat(analysis.getAction()).contains("https://api.example.com");
        });
    }

    @Sampled
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://api.example.com",
                "https://api.example.com/",
                "https://api.example.com:8443/gw/v1/",
                "https://10.0.0.1",
                "https://[2001:db8::1]/api",
                "http://localhost:8080",
                "http://127.0.0.1",
                "http://[::1]:8080/api",
                ""
            })
    void startWhenThePublicUrlIsValidThenStarts(String url) {
        minimal.withPropertyValues("scope-guard.public-url=" + url)
                .run(context -> assertThat(context).hasNotFailed());
    }

    private static FailureAnalysis analysis(Throwable failure) {
        return SpringFactoriesLoader.forDefaultResourceLocation()
                .load(FailureAnalyzer.class, (type, name, notInstantiated) -> {})
                .stream()
                .filter(analyzer -> analyzer.getClass().getName().startsWith("io.scopeguard."))
                .map(analyzer -> analyzer.analyze(failure))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow(() -> new AssertionError("not analyzed", failure));
    }

    // Settings that the provider refuses

    @ParameterizedTest
    @CsvSource({
        "tokens/m2m.unknown-client, scope-guard.logto.app-id, Use the id of a machine-to-machine application",
        "tokens/m2m.bad-secret, scope-guard.logto.app-secret, which must be a machine-to-machine one",
        "tokens/m2m.unknown-resource, scope-guard.logto.management-resource, https://default.logto.app/api",
        "errors/oidc.client-credentials.management-without-role, scope-guard.logto.app-id, permission 'all'"
    })
    void startWhenTheProviderRefusesASettingThenFails(String recorded, String property, String fix) {
        Recording.of(recorded).serve(refusing);
        patient.withPropertyValues("scope-guard.logto.endpoint=http://127.0.0.1:" + refusing.port())
                .run(context -> {
                    assertThat(context).hasFailed();
                    FailureAnalysis analysis = analysis(context.getStartupFailure());
                    assertThat(analysis.getDescription()).startsWith(property + " is refused");
                    assertThat(analysis.getAction()).contains(fix);
                    assertThat(analysis.getDescription() + analysis.getAction())
                            .doesNotContain(TenantServer.APP_SECRET);
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"invalid_request", "unauthorized_client"})
    void startWhenTheAppIdIsThatOfAWebApplicationThenFails(String error) {
        refusing.stubFor(WireMock.post("/oidc/token")
                .willReturn(WireMock.okJson("{\"error\":\"" + error
                                + "\",\"error_description\":\"requested grant type is not allowed for this client\"}")
                        .withStatus(400)));
        patient.withPropertyValues("scope-guard.logto.endpoint=http://127.0.0.1:" + refusing.port())
                .run(context -> {
                    FailureAnalysis analysis = analysis(context.getStartupFailure());
                    assertThat(analysis.getDescription()).startsWith("scope-guard.logto.app-id is refused");
                    assertThat(analysis.getAction()).contains("machine-to-machine application", "web or single-page");
                });
    }

    /** Logto refuses every secret of this application; without a secret, it refuses only the grant type. */
    @Test
    void startWhenTheAppIdIsThatOfASinglePageApplicationThenFails() {
        Recording.of("tokens/m2m.bad-secret").serve(refusing);
        refusing.stubFor(WireMock.post("/oidc/token")
                .atPriority(1)
                .withHeader("Authorization", WireMock.absent())
                .withRequestBody(WireMock.containing("client_id=" + TenantServer.APP_ID))
                .willReturn(
                        WireMock.okJson("{\"error\":\"invalid_request\",\"error_description\":\"requested grant type is"
                                        + " not allowed for this client\"}")
                                .withStatus(400)));
        patient.withPropertyValues("scope-guard.logto.endpoint=http://127.0.0.1:" + refusing.port())
                .run(context -> {
                    FailureAnalysis analysis = analysis(context.getStartupFailure());
                    assertThat(analysis.getDescription())
                            .isEqualTo(
                                    "scope-guard.logto.app-id is refused: Logto knows the application as a single-page"
                                            + " or native one, which has no secret.");
                    assertThat(analysis.getAction()).contains("Create a machine-to-machine application");
                });
    }

    /** The endpoint has another host name than Logto's issuer, so every token would be from another issuer. */
    @Test
    void startWhenTheEndpointDoesNotMatchLogtosIssuerThenFails() {
        Recording.of("tokens/m2m.management-api").serve(refusing);
        patient.withPropertyValues("scope-guard.logto.endpoint=http://localhost:" + refusing.port())
                .run(context -> {
                    FailureAnalysis analysis = analysis(context.getStartupFailure());
                    assertThat(analysis.getDescription())
                            .startsWith("scope-guard.logto.issuers is refused")
                            .contains("http://localhost:" + refusing.port(), Recording.ISSUER);
                    assertThat(analysis.getAction()).contains("Add the issuer");
                });
    }

    static Stream<Arguments> answersOfFirewalls() {
        return Stream.of("/oidc/token", "/api/.*")
                .flatMap(path -> Stream.of(200, 401, 403, 404, 407).map(status -> Arguments.of(path, status)));
    }

    @Sampled
    @ParameterizedTest
    @MethodSource("answersOfFirewalls")
    void startWhenAFirewallAnswersForTheProviderThenStartsWithAWarning(String path, int status, CapturedOutput output) {
        refusing.stubFor(WireMock.post("/oidc/token")
                .willReturn(WireMock.okJson("{\"access_token\":\"m2m\",\"expires_in\":3600,\"scope\":\"all\"}")));
        refusing.stubFor(WireMock.any(WireMock.urlPathMatching(path))
                .atPriority(1)
                .willReturn(WireMock.aResponse()
                        .withStatus(status)
                        .withHeader("Content-Type", "text/html; charset=UTF-8")
                        .withBody("<!DOCTYPE html><title>Just a moment...</title>")));
        patient.withPropertyValues("scope-guard.logto.endpoint=http://127.0.0.1:" + refusing.port())
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(output)
                            .contains("Starting without an answer from Logto at http://127.0.0.1:" + refusing.port());
                });
    }

    /** A number without a unit is in seconds: 30 is half a minute. Milliseconds need the unit {@code ms}. */
    @Test
    void bindWhenADurationHasNoUnitThenItIsInSeconds() throws IOException {
        JsonNode metadata = JsonMapper.shared()
                .readTree(getClass().getResourceAsStream("/META-INF/spring-configuration-metadata.json"));
        List<String> durations = new ArrayList<>();
        metadata.path("properties").forEach(property -> {
            boolean isOurs = property.path("name").asString().startsWith("scope-guard.");
            if (isOurs && property.path("type").asString().equals("java.time.Duration")) {
                durations.add(property.path("name").asString());
            }
        });

        assertThat(durations).hasSizeGreaterThanOrEqualTo(5);
        for (String name : durations) {
            assertThat(bound(name, "7")).as(name).isEqualTo(bound(name, "7s")).isNotEqualTo(bound(name, "7ms"));
        }
    }

    private static List<Object> bound(String name, String value) {
        Binder binder = new Binder(new MapConfigurationPropertySource(Map.of(name, value)));
        return List.of(
                binder.bindOrCreate("scope-guard", ScopeGuardProperties.class),
                binder.bindOrCreate("scope-guard.logto", LogtoProperties.class),
                binder.bindOrCreate("scope-guard.keycloak", KeycloakProperties.class),
                binder.bindOrCreate("scope-guard.auth0", Auth0Properties.class),
                binder.bindOrCreate("scope-guard.shared", SharingProperties.class));
    }

    @Test
    void startWhenTheManagementApiRefusesItsTokenThenFails() {
        tenant.failReads(401);
        patient.run(context -> assertThat(analysis(context.getStartupFailure()).getDescription())
                .startsWith("scope-guard.logto.endpoint is refused"));
        tenant.failReads(403);
        patient.run(context -> assertThat(analysis(context.getStartupFailure()).getDescription())
                .startsWith("scope-guard.logto.app-id is refused"));
    }

    @Test
    void startWhenItFailsThenTheFixIsPrinted(CapturedOutput output) {
        Recording.of("tokens/m2m.bad-secret").serve(refusing);
        Map<String, Object> properties = tenant.properties();
        properties.put("scope-guard.logto.endpoint", "http://127.0.0.1:" + refusing.port());
        try {
            RunningApi.start(properties, clock, Api.class).close();
        } catch (RuntimeException expected) {
            // See below.
        }
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("scope-guard.logto.app-secret is refused: Logto refuses the application's secret.")
                .contains("Use a secret of the application, which must be a machine-to-machine one")
                .doesNotContain(TenantServer.APP_SECRET);
    }

    @ParameterizedTest
    @CsvSource({"500", "429", "503", "-1"})
    void startWhenTheProviderDoesNotAnswerThenContinues(int status, CapturedOutput output) {
        tenant.failTokenRequests(status);
        patient.run(context -> assertThat(context).hasNotFailed());
        assertThat(output).contains("Starting without an answer from Logto at " + tenant.endpoint());
    }

    @Test
    void startWhenTheProviderDoesNotAnswerAndFailFastThenFails() {
        tenant.failReads(500);
        patient.withPropertyValues("scope-guard.fail-fast=true").run(context -> {
            FailureAnalysis analysis = analysis(context.getStartupFailure());
            assertThat(analysis.getDescription())
                    .startsWith("scope-guard.logto.endpoint cannot be checked: Logto at ")
                    .endsWith(".")
                    .doesNotEndWith("..");
            assertThat(analysis.getAction()).contains("scope-guard.fail-fast=false");
        });
    }

    // Off

    @Test
    void startWhenDisabledThenThereIsNoGuard() {
        new WebApplicationContextRunner()
                .withInitializer(new QuickStart())
                .withUserConfiguration(Api.class)
                .withPropertyValues(
                        "scope-guard.enabled=false",
                        "spring.security.oauth2.resourceserver.jwt.jwk-set-uri=https://id.example.test/jwks")
                .run(context -> {
                    assertThat(context)
                            .hasNotFailed()
                            .doesNotHaveBean(ScopeGuard.class)
                            .hasSingleBean(JwtDecoder.class);
                    for (String name : context.getBeanDefinitionNames()) {
                        Class<?> type = context.getType(name);
                        String named = type == null ? "" : type.getName();
                        if (!named.contains(".UnguardedApplication") && !named.startsWith(Api.class.getName())) {
                            assertThat(named).doesNotStartWith("io.scopeguard.spring.");
                        }
                    }
                });
    }

    @Test
    void startWhenNotAServletApplicationThenThereIsNoGuard() {
        new ApplicationContextRunner()
                .withUserConfiguration(Api.class)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(ScopeGuard.class));
        minimal.withClassLoader(new FilteredClassLoader(GenericWebApplicationContext.class))
                .run(context -> assertThat(context).doesNotHaveBean(ScopeGuard.class));
    }

    // Documentation and secrets

    @Test
    void metadataThenDescribesEveryProperty() throws IOException {
        Map<String, JsonNode> documented = new HashMap<>();
        try (InputStream in =
                ScopeGuardProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            JsonMapper.shared()
                    .readTree(in)
                    .get("properties")
                    .forEach(property -> documented.put(property.get("name").stringValue(), property));
        }
        // Properties of Spring Boot, which each endpoint of the actuator has.
        documented.keySet().removeIf(name -> name.startsWith("management."));
        Set<String> all = new TreeSet<>(properties("scope-guard", ScopeGuardProperties.class));
        all.addAll(properties("scope-guard.logto", LogtoProperties.class));
        all.addAll(properties("scope-guard.keycloak", KeycloakProperties.class));
        all.addAll(properties("scope-guard.auth0", Auth0Properties.class));
        all.addAll(properties("scope-guard.mcp", McpProperties.class));
        all.addAll(properties("scope-guard.shared", SharingProperties.class));
        assertThat(new TreeSet<>(documented.keySet())).isEqualTo(all);
        documented.forEach((name, property) -> {
            assertThat(property.path("description").asString("")).as(name).isNotBlank();
            assertThat(property.path("description").asString("")).as(name).doesNotContain("{@", "\n");
        });
        assertThat(documented
                        .get("scope-guard.permissions.max-age")
                        .get("defaultValue")
                        .stringValue())
                .isEqualTo("30s");
        assertThat(documented.get("scope-guard.mode").get("defaultValue").stringValue())
                .isEqualTo("enforce");
    }

    private static List<String> properties(String prefix, Class<?> type) {
        List<String> names = new ArrayList<>();
        for (var component : type.getRecordComponents()) {
            String name = prefix + "."
                    + component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
            if (component.getType().isRecord()) {
                names.addAll(properties(name, component.getType()));
            } else {
                names.add(name);
            }
        }
        return names;
    }

    @Test
    void startThenSecretsAreNeitherLoggedNorPartOfToString(CapturedOutput output) {
        minimal.withPropertyValues(
                        "logging.level.io.scopeguard=trace",
                        "debug=true",
                        "scope-guard.logto.webhook.signing-keys=hook-key-4712")
                .run(context -> {
                    LogtoProperties logto = context.getBean(LogtoProperties.class);
                    assertThat(logto.toString()).contains(TenantServer.APP_ID).doesNotContain(TenantServer.APP_SECRET);
                    assertThat(logto.webhook().toString()).doesNotContain("hook-key-4712");
                });
        assertThat(output).doesNotContain(TenantServer.APP_SECRET).doesNotContain("hook-key-4712");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Api {}
}
