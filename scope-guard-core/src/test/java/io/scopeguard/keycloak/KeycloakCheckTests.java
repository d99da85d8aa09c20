package io.scopeguard.keycloak;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.scope.Audience;
import io.scopeguard.testing.FakeKeycloak;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MovableClock;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The checks at start-up, and their fixes. */
class KeycloakCheckTests {

    private static final Audience API = Audience.resource(FakeKeycloak.API);

    private final MovableClock clock = MovableClock.atNoon();
    private final FakeKeycloak server = FakeKeycloak.recorded(clock);

    @AfterEach
    void stop() {
        server.close();
    }

    private Keycloak keycloak(Consumer<Keycloak.Builder> settings) {
        Keycloak.Builder builder = Keycloak.at(
                        new KeycloakRealm(server.issuer()), FakeKeycloak.CLIENT_ID, FakeKeycloak.CLIENT_SECRET)
                .resource(API, FakeKeycloak.API_CLIENT)
                .signInClients(List.of("spa"))
                .callsPerSecond(1_000)
                .timeout(Loopback.PATIENCE)
                .clock(clock);
        settings.accept(builder);
        return builder.build();
    }

    private static void check(Keycloak keycloak) {
        keycloak.check(List.of(API));
    }

    private List<String> findings() {
        return keycloak(builder -> {}).findings();
    }

    private void assertRefused(String setting, Keycloak keycloak, String... hints) {
        assertThatExceptionOfType(SettingRefusedException.class)
                .isThrownBy(() -> check(keycloak))
                .satisfies(refusal -> assertThat(refusal.setting()).isEqualTo(setting))
                .satisfies(refusal ->
                        assertThat(refusal.getMessage() + ". " + refusal.fix()).contains(hints))
                .satisfies(refusal ->
                        assertThat(refusal.getMessage() + refusal.fix()).doesNotContain(FakeKeycloak.CLIENT_SECRET));
    }

    @Test
    void checkWhenAllIsSetUpThenNothingToChangeAndTheCatalogueIsRead() {
        Keycloak keycloak = keycloak(builder -> {});
        check(keycloak);
        assertThat(keycloak.findings()).isEmpty();
        assertThat(keycloak.catalogue().scopesOf(API)).hasSize(4);
    }

    @ParameterizedTest
    @CsvSource({
        "errors/token.unknown-client,      client-id,      confidential client",
        "errors/token.bad-secret,          client-secret,  Credentials tab",
        "errors/token.no-service-account,  client-id,      service account roles",
    })
    void checkWhenTheTokenIsRefusedThenTheSettingAndTheFix(String recording, String setting, String fix) {
        server.server()
                .stubFor(post(urlPathMatching(".*/token"))
                        .willReturn(aResponse()
                                .withStatus(RecordedKeycloak.status(recording))
                                .withBody(RecordedKeycloak.body(recording).toString())));
        assertRefused(setting, keycloak(builder -> {}), fix);
    }

    @ParameterizedTest
    @CsvSource({
        "/admin/realms/guard/organizations,        view-organizations",
        "/admin/realms/guard/users,                view-users",
        "/admin/realms/guard/clients,              view-clients",
        "/admin/realms/guard/clients/api/roles,    view-clients",
    })
    void checkWhenARightIsMissingThenWhich(String path, String right) {
        forbid(path);
        assertRefused("client-id", keycloak(builder -> {}), right, "realm-management");
    }

    private void forbid(String path) {
        server.server()
                .stubFor(get(urlPathMatching(path))
                        .willReturn(aResponse()
                                .withStatus(403)
                                .withBody(RecordedKeycloak.body("errors/management.no-role")
                                        .toString())));
    }

    @Test
    void checkWhenEventsCannotBeReadThenStartsAndNamesTheRight() {
        forbid(".*/events/config");
        check(keycloak(builder -> {}));
        assertThat(findings()).singleElement().asString().contains("by age only", "view-events");
    }

    @Test
    void checkWhenTheRealmHasManyClientScopesThenTheirListIsReadAsAWhole() {
        for (int i = 0; i < 250; i++) {
            server.realm().mapper("scope" + i, "oidc-usermodel-attribute-mapper");
        }
        assertThat(findings()).isEmpty();
        assertThat(server.reads())
                .filteredOn(read -> read.startsWith("/client-scopes"))
                .containsExactly("/client-scopes");
    }

    /** Such an answer would not improve if it were requested again. */
    @ParameterizedTest
    @CsvSource({"client-scopes, Clients and client scopes", "events/config, Admin events", "clients, Clients"})
    void checkWhenAnAnswerCannotBeUsedThenThatIsAFinding(String path, String part) {
        Keycloak keycloak = keycloak(builder -> {});
        check(keycloak);
        server.server().stubFor(get(urlPathMatching(".*/guard/" + path)).willReturn(okJson("{")));
        assertThat(keycloak.findings()).singleElement().asString().contains(part, "could not be checked");
    }

    @Test
    void checkWhenEventsAreNotSavedThenNamed() {
        server.realm().saveAdminEvents(false);
        assertThat(findings()).singleElement().asString().contains("adminEventsEnabled", "Save events");
    }

    @Test
    void checkWhenTheApiClientIsUnknownThenNamed() {
        assertRefused("api-client", keycloak(builder -> builder.resource(API, "other-api")), "'other-api'");
    }

    @Test
    void checkWhenTheIssuerIsAnotherThenNamed() {
        KeycloakRealm realm = new KeycloakRealm(
                URI.create("https://id.example.com/realms/guard"),
                URI.create(server.server().baseUrl()),
                Set.of());
        Keycloak keycloak = Keycloak.at(realm, FakeKeycloak.CLIENT_ID, FakeKeycloak.CLIENT_SECRET)
                .resource(API, FakeKeycloak.API_CLIENT)
                .timeout(Loopback.PATIENCE)
                .build();
        assertRefused("issuer", keycloak, server.issuer().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"PS256", "EdDSA", "RS512"})
    void checkWhenTheRealmSignsByAnotherAlgorithmThenRefused(String algorithm) {
        server.algorithm(algorithm);
        assertRefused("issuer", keycloak(builder -> {}), algorithm, "RS256");
    }

    @Test
    void checkWhenMappersAreMissingThenNamed() {
        server.realm().withoutMappers();
        assertThat(findings())
                .hasSize(2)
                .anyMatch(finding -> finding.contains("'Organization Membership'"))
                .anyMatch(finding -> finding.contains("'Add group role mappings'"));
    }

    @Test
    void checkWhenMappersAreSwitchedOffThenNamed() {
        server.realm()
                .withoutMappers()
                .mapper("organization", "oidc-organization-membership-mapper", "multivalued", "false")
                .mapper(
                        "organization",
                        "oidc-organization-group-membership-mapper",
                        "addGroupRoleMappings",
                        "true",
                        "access.token.claim",
                        "false");
        assertThat(findings()).hasSize(2);
    }

    @Test
    void checkWhenIdentifiedByIdAndTheMapperDoesNotAddItThenNamed() {
        server.realm()
                .withoutMappers()
                .mapper("organization", "oidc-organization-membership-mapper", "multivalued", "true")
                .mapper("organization", "oidc-organization-group-membership-mapper", "addGroupRoleMappings", "true");
        assertThat(findings()).isEmpty();
        assertThat(keycloak(builder -> builder.organizationIdentifier(OrganizationIdentifier.ID))
                        .findings())
                .singleElement()
                .asString()
                .contains("'Add organization id'");
    }

    /** A mapper in a client scope that no client has does nothing. */
    @Test
    void checkWhenTheMappersAreInAScopeOfNoClientThenNamed() {
        server.realm()
                .withoutMappers()
                .mapper("spare", "oidc-organization-membership-mapper", "multivalued", "true")
                .mapper("spare", "oidc-organization-group-membership-mapper", "addGroupRoleMappings", "true");
        for (List<String> signInClients : List.of(List.of("spa"), List.<String>of())) {
            assertThat(keycloak(builder -> builder.signInClients(signInClients)).findings())
                    .hasSize(2)
                    .allMatch(finding -> finding.contains("assign that"));
        }
        server.realm().setting("spa-id", "defaultClientScopes", List.of("spare"));
        assertThat(findings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "included.custom.audience, https://api.example.test, 0",
        "included.client.audience, reports-api,              0",
        "included.custom.audience, https://other.example,    1",
    })
    void checkWhenNoSignInClientIsNamedThenAnAudienceMapperOfAnyClientIsWanted(
            String kind, String audience, int findings) {
        server.realm().audienceMapper("spa-id", kind, audience);
        List<String> found =
                keycloak(builder -> builder.signInClients(List.of())).findings();
        assertThat(found).hasSize(findings).allMatch(finding -> finding.contains("No client has an audience mapper"));
    }

    @Test
    void checkWhenNoSignInClientIsNamedThenClientsOfThisApiAreChecked() {
        server.realm()
                .setting("spa-id", "attributes", Map.of("access.token.signed.response.alg", "PS256"))
                .client("elsewhere-id", "elsewhere")
                .setting("elsewhere-id", "attributes", Map.of("access.token.signed.response.alg", "PS256"));
        assertThat(keycloak(builder -> builder.signInClients(List.of()).globalScopes(GlobalScopes.SCOPE))
                        .findings())
                .hasSize(2)
                .allMatch(finding -> finding.startsWith("The client 'spa' "))
                .anyMatch(finding -> finding.contains("'Full scope allowed'"))
                .anyMatch(finding -> finding.contains("ES256"));
    }

    @Test
    void checkWhenASignInClientIsNotSetUpThenEachProblem() {
        server.realm()
                .audience("spa-id", "account")
                .setting("spa-id", "optionalClientScopes", List.of("address"))
                .setting(
                        "spa-id",
                        "attributes",
                        Map.of(
                                "client.use.lightweight.access.token.enabled",
                                "true",
                                "access.token.signed.response.alg",
                                "PS256"));
        assertThat(findings())
                .filteredOn(finding -> finding.startsWith("The client 'spa' "))
                .hasSize(4)
                .anyMatch(finding -> finding.contains("client scope 'organization'"))
                .anyMatch(finding -> finding.contains("audience mapper for https://api.example.test"))
                .anyMatch(finding -> finding.contains("lightweight"))
                .anyMatch(finding -> finding.contains("ES256"));
    }

    @Test
    void checkWhenScopesAreDelegatedAndFullScopeIsAllowedThenNamed() {
        assertThat(keycloak(builder -> builder.globalScopes(GlobalScopes.SCOPE)).findings())
                .singleElement()
                .asString()
                .contains("'Full scope allowed'");
    }

    @Test
    void checkWhenASignInClientIsUnknownThenRefused() {
        assertRefused("sign-in-clients", keycloak(builder -> builder.signInClients(List.of("ios"))), "'ios'");
    }

    @Test
    void checkWhenKeycloakIsDownThenUnavailable() {
        Keycloak keycloak = keycloak(builder -> {});
        server.server().stop();
        assertThatExceptionOfType(PermissionsUnavailableException.class).isThrownBy(() -> check(keycloak));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://id.example.com",
                "https://id.example.com/realms/",
                "https://id.example.com/realms/a/b",
                "https://id.example.com/realms/a?b=c",
                "http://id.example.com/realms/a"
            })
    void realmWhenNotAnIssuerThenRefused(String issuer) {
        assertThatIllegalArgumentException().isThrownBy(() -> new KeycloakRealm(URI.create(issuer)));
    }

    @Test
    void realmWhenBehindAPathThenAddressesBelowIt() {
        KeycloakRealm realm = new KeycloakRealm(URI.create("https://id.example.com/auth/realms/example"));
        assertThat(realm.name()).isEqualTo("example");
        assertThat(realm.jwkSetUri())
                .hasToString("https://id.example.com/auth/realms/example/protocol/openid-connect/certs");
        assertThat(realm.admin("/users")).hasToString("https://id.example.com/auth/admin/realms/example/users");
    }

    @Test
    void buildWhenNoResourceIsNamedThenRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Keycloak.at(new KeycloakRealm(server.issuer()), "a", "b")
                        .build());
    }
}
