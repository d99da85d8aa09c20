package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.WireMock;
import io.scopeguard.spring.support.Recording;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.token.AccessToken;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Tokens, keys and answers of a real Logto 1.42.0, at the time of the recording. */
class RecordedLogtoTests {

    private static final String ACME = "/organizations/cu2p5w6hsqs5";
    private static final String GLOBEX = "/organizations/zgdv7hj036ah";

    private static WireMockServer logto;
    private static RunningApi api;

    @BeforeAll
    static void start() {
        logto = Recording.server();
        List.of(
                        "oidc/jwks",
                        "tokens/m2m.management-api",
                        "management-api/organization-roles",
                        "management-api/organization-scopes",
                        "management-api/resources.include-scopes",
                        "management-api/org-users.acme",
                        "management-api/roles",
                        "management-api/role-scopes.auditor",
                        "management-api/user-roles.alice-none",
                        "management-api/user.alice",
                        "management-api/user-organizations.alice",
                        "management-api/org-application-roles.acme-agent",
                        "management-api/application-roles.agent")
                .forEach(name -> Recording.of(name).serve(logto));
        // The scopes of these two were not recorded.
        for (String role : List.of("f9cxt632i6bcgp1cvxhtd", "kyd251i3tyncohx3zetf1")) {
            logto.stubFor(WireMock.get(WireMock.urlPathEqualTo("/api/roles/" + role + "/scopes"))
                    .willReturn(WireMock.okJson("[]")));
        }
        api = RunningApi.start(
                Recording.properties(logto),
                new MovableClock(Instant.ofEpochSecond(Recording.of("tokens/exchange.organization.alice-acme")
                        .claims()
                        .get("iat")
                        .longValue())),
                GuardedApi.class,
                Me.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        logto.stop();
    }

    @ParameterizedTest
    @CsvSource({
        "exchange.organization.alice-acme,      ORGANIZATION cu2p5w6hsqs5 of a USER",
        "exchange.organization.bob-acme,        ORGANIZATION cu2p5w6hsqs5 of a USER",
        "exchange.organization.no-scope-param,  ORGANIZATION cu2p5w6hsqs5 of a USER",
        "exchange.organization.spa,             ORGANIZATION cu2p5w6hsqs5 of a USER",
        "refresh.organization.alice-acme,       ORGANIZATION cu2p5w6hsqs5 of a USER",
        "refresh.organization.narrowed,         ORGANIZATION cu2p5w6hsqs5 of a USER",
        "refresh.organization-resource.acme,    ORGANIZATION_RESOURCE cu2p5w6hsqs5 of a USER",
        "refresh.organization-resource.globex,  ORGANIZATION_RESOURCE zgdv7hj036ah of a USER",
        "exchange.resource,                     RESOURCE null of a USER",
        "exchange.resource.bob,                 RESOURCE null of a USER",
        "m2m.organization,                      ORGANIZATION cu2p5w6hsqs5 of a APPLICATION",
        "m2m.organization.no-scope-param,       ORGANIZATION cu2p5w6hsqs5 of a APPLICATION",
        "m2m.api-resource,                      RESOURCE null of a APPLICATION",
        "m2m.api-resource.no-scope-param,       RESOURCE null of a APPLICATION"
    })
    void getWhenTheTokenIsRecordedThenItsKindIsRecognized(String name, String read) {
        Recording recording = Recording.of("tokens/" + name);
        String scope = recording.claims().path("scope").asString("");
        Reply reply = api.get("/read", recording.accessToken());
        assertThat(reply.body()).isEqualTo(read + ": " + scope);
    }

    @ParameterizedTest
    @CsvSource({
        "exchange.organization.alice-acme,      " + ACME + "/reports,    200",
        "exchange.organization.alice-acme,      " + GLOBEX + "/reports,  403",
        "exchange.organization.alice-acme,      " + ACME + "/documents,  403",
        "exchange.organization.bob-acme,        " + ACME + "/reports,    200",
        "exchange.organization.bob-acme,        " + ACME + "/either,     403",
        "exchange.organization.no-scope-param,  " + ACME + "/reports,    403",
        "refresh.organization-resource.acme,    " + ACME + "/documents,  200",
        "refresh.organization-resource.acme,    /documents,              403",
        "exchange.resource,                     " + ACME + "/documents,  403",
        "m2m.organization,                      " + ACME + "/reports,    200"
    })
    void getWhenTokenIsRecordedThenItOpensItsOwnHandlers(String name, String path, int status) {
        Reply reply = api.get(path, Recording.of("tokens/" + name).accessToken());
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
    }

    /** According to the recorded answers, alice has no global role, so all scopes in the token have leaked from organizations. */
    @Test
    void getWhenScopesHaveLeakedFromOrganizationsThenDeniedWithoutDrift() {
        Reply reply =
                api.get("/documents", Recording.of("tokens/exchange.resource").accessToken());
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.body()).contains("\"action\":\"none\"").doesNotContain("required_scopes");
        assertThat(reply.has("Scope-Drift")).isFalse();
    }

    @Test
    void getWhenANarrowedTokenLacksARequiredScopeThenReconsent() {
        String token = Recording.of("tokens/refresh.organization.narrowed").accessToken();

        Reply granted = api.get(ACME + "/reports", token);
        assertThat(granted.status()).isEqualTo(200);
        assertThat(granted.has("Scope-Drift"))
                .as("a young token carries what it was meant to carry")
                .isFalse();
        Reply refused = api.get(ACME + "/either", token);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.header("Scope-Drift"))
                .startsWith("action=refresh, promoted=(")
                .contains("organization=\"cu2p5w6hsqs5\"");
    }

    @Test
    void getWhenTheTokenIsOpaqueOrAnIdTokenThenRefused() {
        Recording code = Recording.of("tokens/code.initial");
        assertThat(api.get("/read", code.accessToken()).body()).contains("no opaque tokens");
        assertThat(api.get("/read", code.exchange().get("rawIdToken").stringValue())
                        .body())
                .contains("Not an access token");
    }

    /** The key had been rotated to RSA: the management token is signed with RS256, by a key without {@code alg}. */
    @Test
    void getWhenTheRsaKeyHasNoAlgorithmThenOk() {
        WireMockServer rotated = Recording.server();
        Recording.of("oidc/jwks.after-rotation-to-rsa").serve(rotated);
        Recording token = Recording.of("tokens/rotation.management-rs256");
        var properties = Recording.properties(rotated);
        properties.put("scope-guard.resources", "https://default.logto.app/api,https://api.example.test");
        try (RunningApi other = RunningApi.start(
                properties,
                new MovableClock(Instant.ofEpochSecond(token.claims().get("iat").longValue())),
                ManagementApi.class)) {
            assertThat(other.get("/managed", token.accessToken()).body()).isEqualTo("RESOURCE");
            // Signed before the rotation, by a key that is still published.
            assertThat(other.get(
                                    ACME + "/any",
                                    Recording.of("tokens/rotation.before-es384").accessToken())
                            .status())
                    .isEqualTo(200);
        } finally {
            rotated.stop();
        }
    }

    @RestController
    static class Me {

        @GetMapping("/read")
        String read(AccessToken token) {
            return token.kind() + " " + token.organization() + " of a "
                    + token.subject().type() + ": " + token.scopes();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class ManagementApi {

        @RestController
        static class Handlers {

            @RequiresScopes(value = "all", audience = "https://default.logto.app/api")
            @GetMapping("/managed")
            String managed(AccessToken token) {
                return token.kind().name();
            }

            @RequiresScopes(value = "read:report", audience = "organization")
            @GetMapping("/organizations/{organizationId}/any")
            String any() {
                return "ok";
            }

            @RequiresScopes(value = "read:document", audience = TenantServer.RESOURCE)
            @GetMapping("/documents")
            String documents() {
                return "ok";
            }
        }
    }
}
