package io.scopeguard.auth0;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MovableClock;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The checks at start-up: each wrong setting is named, with the fix. */
class Auth0CheckTests {

    private static final Audience API = Audience.resource(FakeAuth0.API);

    private final FakeAuth0 tenant = new FakeAuth0(MovableClock.atNoon()).role("rol_viewer", "read:report");

    @AfterEach
    void close() {
        tenant.close();
    }

    @Test
    void checkWhenAllIsRightThenCatalogueIsRead() {
        Auth0 auth0 = tenant.auth0().build();

        auth0.check(List.of(API));

        assertThat(auth0.catalogue().scopesOf(API)).isEqualTo(Scopes.of("read:report"));
        assertThat(auth0.description()).isEqualTo("Auth0 at " + tenant.url());
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "secret"})
    void checkWhenCredentialsAreWrongThenSaidSoWithoutThem(String wrong) {
        Auth0 auth0 = Auth0.at(
                        tenant.tenant(),
                        wrong.equals("id") ? "wrong-id" : FakeAuth0.CLIENT,
                        wrong.equals("secret") ? "wrong-secret" : FakeAuth0.SECRET)
                .resources(List.of(API))
                .timeout(Loopback.PATIENCE)
                .build();

        assertThatExceptionOfType(SettingRefusedException.class)
                .isThrownBy(() -> auth0.check(List.of(API)))
                .satisfies(e -> assertThat(e.setting()).isEqualTo("client-secret"))
                .satisfies(e -> assertThat(e.getMessage() + e.fix()).doesNotContain("wrong-"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "403 | unauthorized_client | Grant type 'client_credentials' not allowed for the client. | client-id | Client Credentials",
                "403 | access_denied | Client is not authorized to access \"x\". You need to create a \"client-grant\" associated to this API. | client-id | Application Access",
                "403 | access_denied | Service not found: https://login.example.com/api/v2/ | domain | default domain"
            })
    void checkWhenNoTokenIsIssuedThenNamesTheFix(
            int status, String error, String description, String setting, String fix) {
        tenant.management().refuseToken(status, error, description);

        assertRefused(tenant.auth0().build(), setting, fix);
    }

    static Stream<Arguments> permissions() {
        return Stream.of(
                        "read:organization_members",
                        "read:organization_member_roles",
                        "read:roles",
                        "read:users",
                        "read:resource_servers")
                .map(Arguments::of);
    }

    @ParameterizedTest
    @MethodSource("permissions")
    void checkWhenAPermissionIsMissingThenNamed(String permission) {
        Set<String> granted = new HashSet<>(FakeAuth0.ALL_PERMISSIONS);
        granted.remove(permission);
        tenant.management().permissions(granted);

        assertThatExceptionOfType(SettingRefusedException.class)
                .isThrownBy(() -> tenant.auth0().build().check(List.of(API)))
                .withMessageContaining(permission)
                .satisfies(e -> assertThat(e.setting()).isEqualTo("client-id"));
    }

    /** These permissions are needed for machines only. */
    @Test
    void checkWhenPermissionsForMachinesAreMissingThenStarts() {
        Set<String> granted = new HashSet<>(FakeAuth0.ALL_PERMISSIONS);
        granted.removeAll(Set.of("read:client_grants", "read:organization_client_grants"));
        tenant.management().permissions(granted);

        assertThatCode(() -> tenant.auth0().build().check(List.of(API))).doesNotThrowAnyException();
    }

    @ParameterizedTest(name = "RBAC {0}, {1}, {2}, scopes from {3}")
    @CsvSource({
        "false, access_token,       RS256, SCOPE,       resources,    Enable RBAC",
        "true,  access_token,       HS256, SCOPE,       resources,    RS256",
        "true,  rfc9068_profile,    PS256, SCOPE,       resources,    RS256",
        "true,  access_token,       RS256, PERMISSIONS, token-scopes, Add Permissions in the Access Token",
        "true,  rfc9068_profile,    RS256, PERMISSIONS, token-scopes, Add Permissions in the Access Token"
    })
    void checkWhenASettingOfTheApiIsWrongThenNamesTheSwitch(
            boolean rbac, String dialect, String algorithm, TokenScopes source, String setting, String fix) {
        tenant.api(FakeAuth0.API, rbac, dialect, algorithm, "read:report");

        assertRefused(tenant.auth0().tokenScopes(source).build(), setting, fix);
    }

    @ParameterizedTest
    @CsvSource({"access_token_authz", "rfc9068_profile_authz"})
    void checkWhenTokensCarryPermissionsThenStarts(String dialect) {
        tenant.api(FakeAuth0.API, true, dialect, "RS256", "read:report");

        assertThatCode(() -> tenant.auth0()
                        .tokenScopes(TokenScopes.PERMISSIONS)
                        .build()
                        .check(List.of(API)))
                .doesNotThrowAnyException();
    }

    @Test
    void checkWhenTheApiIsUnknownThenItsIdentifierIsNamed() {
        Audience other = Audience.resource(FakeAuth0.API + "/");

        assertThatExceptionOfType(SettingRefusedException.class)
                .isThrownBy(
                        () -> tenant.auth0().resources(List.of(other)).build().check(List.of(other)))
                .withMessageContaining(other.value())
                .satisfies(e -> assertThat(e.setting()).isEqualTo("resources"));
    }

    @Test
    void checkWhenTheIssuerIsAnotherThenNamed() {
        tenant.management().issuer("https://login.example.com/");

        assertThatExceptionOfType(SettingRefusedException.class)
                .isThrownBy(() -> tenant.auth0().build().check(List.of(API)))
                .withMessageContaining("https://login.example.com/")
                .satisfies(e -> assertThat(e.setting()).isEqualTo("issuers"));
        assertThatCode(() -> tenant.auth0()
                        .furtherIssuers(List.of("https://login.example.com/"))
                        .build()
                        .check(List.of(API)))
                .doesNotThrowAnyException();
    }

    @Test
    void checkWhenATokenIsNotAcceptedThenTheDomainIsWrong() {
        tenant.management().fault(path -> FakeManagementApi.error(401, "Bad audience", null));

        assertRefused(tenant.auth0().build(), "domain", "default domain");
    }

    @Test
    void checkWhenNobodyAnswersThenUnavailable() {
        Auth0 auth0 = tenant.auth0().build();
        tenant.close();

        assertThatExceptionOfType(PermissionsUnavailableException.class).isThrownBy(() -> auth0.check(List.of(API)));
    }

    private static void assertRefused(Auth0 auth0, String setting, String fix) {
        assertThatExceptionOfType(SettingRefusedException.class)
                .isThrownBy(() -> auth0.check(List.of(API)))
                .satisfies(e -> assertThat(e.setting()).isEqualTo(setting))
                .satisfies(e -> assertThat(e.fix()).contains(fix));
    }

    // The tenant's address

    @ParameterizedTest
    @CsvSource({
        "tenant.eu.auth0.com,          https://tenant.eu.auth0.com",
        "https://Tenant.eu.auth0.com/, https://tenant.eu.auth0.com",
        "http://localhost:3000,        http://localhost:3000"
    })
    void tenantWhenDomainThenAllElseFollows(String domain, String endpoint) {
        Auth0Tenant at = Auth0Tenant.of(domain);

        assertThat(at.endpoint()).isEqualTo(URI.create(endpoint));
        assertThat(at.issuer()).isEqualTo(endpoint + "/");
        assertThat(at.jwkSetUri()).isEqualTo(URI.create(endpoint + "/.well-known/jwks.json"));
        assertThat(at.api("/roles")).isEqualTo(URI.create(endpoint + "/api/v2/roles"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://tenant.eu.auth0.com",
                "https://tenant.eu.auth0.com/api/v2/",
                "https://tenant.eu.auth0.com?x",
                "tenant.eu.auth0.com/oauth",
                "not a domain"
            })
    void tenantWhenNoDomainThenRefused(String domain) {
        assertThatIllegalArgumentException().isThrownBy(() -> Auth0Tenant.of(domain));
    }

    @Test
    void builderWhenOutOfRangeThenRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> tenant.auth0().delay(Duration.ofSeconds(61)));
        assertThatIllegalArgumentException().isThrownBy(() -> tenant.auth0().delay(Duration.ofSeconds(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> tenant.auth0().memberCallsPerMinute(0));
    }
}
