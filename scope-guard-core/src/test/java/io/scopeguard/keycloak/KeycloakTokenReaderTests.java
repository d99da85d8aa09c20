package io.scopeguard.keycloak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.InvalidTokenException.Reason;
import io.scopeguard.provider.Subject;
import io.scopeguard.provider.TokenClaims;
import io.scopeguard.provider.TokenContent;
import io.scopeguard.provider.TokenGrant;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads the tokens of a real Keycloak. */
class KeycloakTokenReaderTests {

    private static final Audience API = Audience.resource("https://api.example.test");
    private static final String CLIENT = "reports-api";
    private static final String ALICE = "c3f4d2df-5d30-4de5-a6cf-8abb78e405d4";

    private static final KeycloakTokenReader byAlias = reader(OrganizationIdentifier.ALIAS, GlobalScopes.ROLES);
    private static final KeycloakTokenReader byScope = reader(OrganizationIdentifier.ALIAS, GlobalScopes.SCOPE);
    private static final KeycloakTokenReader byId = reader(OrganizationIdentifier.ID, GlobalScopes.ROLES);

    private static KeycloakTokenReader reader(OrganizationIdentifier identifier, GlobalScopes globalScopes) {
        return new KeycloakTokenReader(Map.of(API, CLIENT), identifier, globalScopes, false);
    }

    /** Most recordings were made without an audience mapper. */
    private static Map<String, Object> claims(String name) {
        Map<String, Object> claims = new LinkedHashMap<>(RecordedKeycloak.claims(name));
        claims.put("aud", List.of(API.value(), "account"));
        return claims;
    }

    private static String grants(KeycloakTokenReader reader, Map<String, Object> claims) {
        return reader.read(new TokenClaims(claims)).grants().stream()
                .map(grant -> grant.organization() + "=" + sorted(grant.scopes()))
                .sorted()
                .collect(Collectors.joining(" "));
    }

    private static String sorted(Scopes scopes) {
        return scopes.toList().stream().sorted().collect(Collectors.joining(","));
    }

    @ParameterizedTest
    @CsvSource({
        "list.organization-acme.alice,                               'acme= null='",
        "list.organization-acme-and-globex.alice,                    'acme= globex= null='",
        "list.organization-acme-and-globex.bob-member-of-one,        'acme= null='",
        "list.organization-all.alice,                                'acme= globex= null='",
        "list.organization-all.dave-no-member,                       null=",
        "list.organization.alice-two-organizations,                  null=",
        "list.organization.bob-one-organization,                     'acme= null='",
        "map.organization-acme.alice,                                'acme= null='",
        "map.organization-all.alice,                                 'acme= globex= null='",
        "password.no-organization.alice,                             null=",
        "'roles.organization-acme.alice',                            'acme=delete:report,read:report,write:report null='",
        "'roles.organization-acme.alice-full-scope-not-allowed',     'acme=delete:report,read:report,write:report null='",
        "'roles.organization-acme.alice-realm-role',                 'acme=delete:report,read:report,write:report null='",
        "'roles.organization-acme.bob-child-group-composite',        'acme=invite:member,read:report,report-manager null='",
        "'roles.organization-acme.bob-removed',                      null=",
        "'roles.organization-all.alice',            'acme=delete:report,read:report,write:report globex=read:report null='",
        "'roles.organization-globex.carol',                          'globex=delete:report,read:report,write:report null='",
        "'roles.organization.carol',                                 'globex=delete:report,read:report,write:report null='",
        "'global-role.organization-acme.bob',                        'acme=read:report null=write:report'",
        "'global-role.scopes.no-organization.bob',                   'null=write:report'",
        "'global-role.scopes.no-organization.carol',                 'null=invite:member'",
        "'scopes.organization-acme.alice',                           'acme=delete:report,read:report,write:report null='",
        "'m2m.agent',                                                null=",
        "'m2m.organization-acme.agent',                              'acme=read:report null='",
        "'m2m.organization-all.agent',                               'acme=read:report null='",
        "'exchange.organization-globex.alice',                       'globex=read:report null='",
        "'exchange.no-scope.alice',                                  null=",
        "'at-jwt.organization-acme.alice',                           'acme=delete:report,read:report,write:report null='",
    })
    void readWhenRecordedThenRolesPerOrganization(String name, String expected) {
        assertThat(grants(byAlias, claims(name))).isEqualTo(expected);
    }

    /**
     * Client scopes count outside of organizations. Keycloak's own client scopes, and those that name organizations, never count.
     */
    @ParameterizedTest
    @CsvSource({
        "'global-role.scopes.no-organization.bob',                             'null=write:report'",
        "'global-role.scopes.organization-acme.bob',                           'acme=read:report null=write:report'",
        "'global-role.scopes.organization-acme.bob-full-scope-not-allowed',    'acme=read:report null=write:report'",
        "'scopes.organization-acme.alice',                                'acme=delete:report,read:report,write:report null='",
        "'scopes.no-organization.dave',                                        null=",
        "'m2m.scopes.agent',                                                   null=read:report",
    })
    void readWhenGlobalScopesAreInScopeThenFromThere(String name, String expected) {
        assertThat(grants(byScope, claims(name))).isEqualTo(expected);
    }

    @Test
    void readWhenIdentifiedByIdThenIdsFromTheMap() {
        assertThat(grants(byId, claims("roles.organization-acme.alice")))
                .isEqualTo(RecordedKeycloak.ACME + "=delete:report,read:report,write:report null=");
    }

    @Test
    void readWhenIdentifiedByIdAndTheTokenHasAliasesOnlyThenTheFixIsNamed() {
        assertRefused(byId, claims("list.organization-acme.alice"), Reason.INVALID_CLAIM, "Add organization id");
    }

    @ParameterizedTest
    @CsvSource({
        "roles.organization-acme.alice,      USER,        spa",
        "m2m.organization-acme.agent,        APPLICATION, agent",
        "m2m.management,                     APPLICATION, scope-guard",
        "exchange.organization-acme.alice,   USER,        agent",
        "at-jwt.organization-acme.alice,     USER,        spa",
    })
    void readWhenRecordedThenSubjectAndClient(String name, Subject.Type type, String client) {
        TokenContent content = byAlias.read(new TokenClaims(claims(name)));
        assertThat(content.subject().type()).isEqualTo(type);
        assertThat(content.subject().id()).isEqualTo(claims(name).get("sub"));
        assertThat(content.clientId()).isEqualTo(client);
        assertThat(content.actor()).isNull();
        assertThat(content.id()).isEqualTo(claims(name).get("jti"));
    }

    /** A client may have a mapper that adds client_id to the tokens of all users, and users may choose any name. */
    @ParameterizedTest
    @CsvSource({
        "alice,                 session, USER",
        "service-account-spa,   session, USER",
        "service-account-spa,          , APPLICATION",
        "service-account-other,        , USER",
        "                     ,        , APPLICATION",
    })
    void readWhenClientIdIsPresentThenAServiceAccountOnlyByItsNameAndWithoutSession(
            @Nullable String name, @Nullable String session, Subject.Type type) {
        Map<String, Object> claims = claims("roles.organization-acme.alice");
        claims.put("client_id", "spa");
        claims.put("preferred_username", name);
        claims.put("sid", session);
        assertThat(byAlias.read(new TokenClaims(claims)).subject().type()).isEqualTo(type);
    }

    @ParameterizedTest
    @CsvSource({
        "https://api.example.test,   true",
        "reports-api,                true",
        "account,                    false",
        "https://api.example.test/,  false",
    })
    void readWhenAudienceIsTheResourceOrItsClientThenAccepted(String audience, boolean isAccepted) {
        Map<String, Object> claims = claims("roles.organization-acme.alice");
        claims.put("aud", audience);
        if (isAccepted) {
            assertThat(grants(byAlias, claims)).startsWith("acme=");
        } else {
            assertRefused(byAlias, claims, Reason.WRONG_AUDIENCE, "audience mapper");
        }
    }

    @Test
    void readWhenAudienceNamesTwoOfOurResourcesThenEachHasItsOwnClientsRoles() {
        Audience other = Audience.resource("https://other.example.test");
        Map<String, Object> claims = claims("roles.organization-acme.alice");
        claims.put("aud", List.of(API.value(), other.value()));
        claims.put("resource_access", Map.of("other-api", Map.of("roles", List.of("read:other"))));
        KeycloakTokenReader reader = new KeycloakTokenReader(
                Map.of(API, CLIENT, other, "other-api"), OrganizationIdentifier.ALIAS, GlobalScopes.ROLES, false);
        TokenContent content = reader.read(new TokenClaims(claims));
        Set<String> roles = Set.of("read:report", "write:report", "delete:report");
        assertThat(content.grants())
                .containsExactlyInAnyOrder(
                        new TokenGrant(API, "acme", Scopes.ofTokens(roles), roles),
                        TokenGrant.of(API, null, Scopes.none()),
                        new TokenGrant(other, "acme", Scopes.none(), roles),
                        TokenGrant.of(other, null, Scopes.of("read:other")));
        assertThat(content.globalRoles()).containsExactly("read:other");
    }

    /** A list of organizations contains nothing about roles. Realm roles count only if they are also read from the Admin API. */
    @ParameterizedTest
    @CsvSource({
        "list.organization-acme.alice,                        false, none,                          ''",
        "map.organization-acme.alice,                         false, '',                            ''",
        "roles.organization-acme.bob,                         false, read:report,                   ''",
        "roles.organization-acme.alice-realm-role,            false, 'delete:report,read:report,write:report', ''",
        "roles.organization-acme.alice-realm-role,            true,"
                + " 'auditor,delete:report,read:report,write:report', "
                + "'default-roles-guard,offline_access,uma_authorization'",
        "global-role.organization-acme.bob,                   false, read:report,                   write:report",
        "global-role.organization-acme.bob,                   true,  read:report,"
                + " 'default-roles-guard,offline_access,uma_authorization,write:report'",
    })
    void readWhenRecordedThenRolesByName(String name, boolean realmRoles, String organization, String global) {
        TokenContent content = new KeycloakTokenReader(
                        Map.of(API, CLIENT), OrganizationIdentifier.ALIAS, GlobalScopes.ROLES, realmRoles)
                .read(new TokenClaims(claims(name)));
        Set<String> roles = content.grants().get(0).roles();
        assertThat(roles == null ? "none" : String.join(",", new TreeSet<>(roles)))
                .isEqualTo(organization);
        assertThat(String.join(",", new TreeSet<>(content.globalRoles()))).isEqualTo(global);
    }

    @Test
    void readWhenLightweightThenTheFixIsNamed() {
        assertRefused(
                byAlias,
                claims("lightweight.organization-acme.alice"),
                Reason.NOT_AN_ACCESS_TOKEN,
                "lightweight access token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ID", "Refresh", "Offline", "Logout", "bearer", ""})
    void readWhenTypeIsNotBearerThenNotAnAccessToken(String type) {
        Map<String, Object> claims = claims("roles.organization-acme.alice");
        claims.put("typ", type.isEmpty() ? null : type);
        assertRefused(byAlias, claims, Reason.NOT_AN_ACCESS_TOKEN, "access_token");
    }

    /** Claims as an attribute mapper or a misconfigured script could produce them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'organization': 'acme'}",
                "{'organization': 1}",
                "{'organization': {'acme': 'text'}}",
                "{'organization': {'acme': {'resource_access': 'text'}}}",
                "{'organization': {'acme': {'resource_access': {'reports-api': []}}}}",
                "{'organization': {'acme': {'resource_access': {'reports-api': {'roles': 'text'}}}}}",
                "{'organization': {'acme': {'resource_access': {'reports-api': {'roles': [1]}}}}}",
                "{'organization': [1]}",
                "{'organization': ['..']}",
                "{'organization': ['a b']}",
                "{'resource_access': {'reports-api': {'roles': 'text'}}}",
                "{'resource_access': 'text'}",
                "{'sub': '..'}",
                "{'azp': ''}",
            })
    void readWhenMalformedThenRefusedWithoutRepeatingIt(String change) {
        Map<String, Object> claims = claims("roles.organization-acme.alice");
        claims.putAll(RecordedKeycloak.object(change.replace('\'', '"')));
        assertThatExceptionOfType(InvalidTokenException.class)
                .isThrownBy(() -> byAlias.read(new TokenClaims(claims)))
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(Reason.INVALID_CLAIM))
                .satisfies(refusal -> assertThat(refusal.description()).doesNotContain("text", "acme", ALICE));
    }

    private static void assertRefused(
            KeycloakTokenReader reader, Map<String, Object> claims, Reason reason, String... hints) {
        assertThatExceptionOfType(InvalidTokenException.class)
                .isThrownBy(() -> reader.read(new TokenClaims(claims)))
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(reason))
                .satisfies(refusal -> assertThat(refusal.description()).contains(Arrays.asList(hints)));
    }
}
