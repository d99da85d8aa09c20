package io.scopeguard.auth0;

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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** The claims of both of Auth0's token profiles, and the refused tokens with their reasons. */
class Auth0TokenReaderTests {

    private static final String ISSUER = "https://tenant.eu.auth0.com/";
    private static final String CUSTOM = "https://login.example.com/";
    private static final String API = "https://api.example.com";
    private static final Map<String, Object> USER = Map.of(
            "sub", "auth0|alice", "azp", "browser", "aud", API, "scope", "openid read:report", "org_id", "org_acme");

    private final Auth0TokenReader reader = reader(TokenScopes.SCOPE);

    private static Auth0TokenReader reader(TokenScopes source) {
        return new Auth0TokenReader(
                List.of(ISSUER, CUSTOM),
                List.of(Audience.resource(API), Audience.resource("https://second.example.com")),
                source,
                "https://api.example.com/roles");
    }

    /**
     * The roles of the member in an organization, or of the user outside of organizations. Without the claim, the token contains
     * nothing about roles.
     */
    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "none, none, none, none",
                "org_acme, editor, editor, none",
                "none, editor, none, editor",
                "org_acme, '', '', none"
            })
    void readWhenAnActionAddsRolesThenByOrganization(
            @Nullable String organization,
            @Nullable String claim,
            @Nullable String inOrganization,
            @Nullable String global) {
        Map<String, Object> claims = new HashMap<>(Map.of("sub", "auth0|alice", "azp", "browser", "aud", API));
        claims.put("org_id", organization);
        claims.put(
                "https://api.example.com/roles",
                claim == null ? null : set(claim).stream().toList());
        TokenContent content = reader.read(new TokenClaims(claims));
        assertThat(content.grants().get(0).roles()).isEqualTo(inOrganization == null ? null : set(inOrganization));
        assertThat(content.globalRoles()).isEqualTo(global == null ? null : set(global));
    }

    private static Set<String> set(String names) {
        return names.isEmpty() ? Set.of() : Set.of(names);
    }

    @Test
    void typesWhenAskedThenThoseOfBothProfiles() {
        assertThat(reader.types()).isEqualTo(Set.of("jwt", "at+jwt"));
    }

    @Test
    void readWhenProfileOfAuth0ThenClientFromAzpAndNoId() {
        assertThat(reader.read(new TokenClaims(USER)))
                .isEqualTo(new TokenContent(
                        new Subject(Subject.Type.USER, "auth0|alice"),
                        "browser",
                        null,
                        null,
                        List.of(TokenGrant.of(Audience.resource(API), "org_acme", Scopes.of("read:report")))));
    }

    @Test
    void readWhenProfileOfRfc9068ThenClientIdAndId() {
        TokenContent content = read("{'azp':null,'client_id':'browser','jti':'j1','org_id':null}");

        assertThat(content.clientId()).isEqualTo("browser");
        assertThat(content.id()).isEqualTo("j1");
        assertThat(content.grants().get(0).organization()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'https://api.example.com'                                                    | https://api.example.com",
                "['https://api.example.com']                                                  | https://api.example.com",
                "['https://api.example.com','https://tenant.eu.auth0.com/userinfo']           | https://api.example.com",
                "['https://tenant.eu.auth0.com/userinfo','https://second.example.com']        | https://second.example.com",
                "['https://api.example.com','https://login.example.com/userinfo']             | https://api.example.com",
                "'https://api.example.com/'                                                   | -",
                "'https://tenant.eu.auth0.com/userinfo'                                       | -",
                "['https://api.example.com','https://second.example.com']                     | -",
                "['https://api.example.com','https://elsewhere.example.com']                  | -",
                "['https://api.example.com','https://evil.example/userinfo']                  | -",
                "'https://tenant.eu.auth0.com/api/v2/'                                        | -"
            })
    void readWhenAudienceThenExactlyOneOfOursBesideUserInfo(String audience, String expected) {
        String claims = "{'aud':" + audience + "}";

        if (expected.equals("-")) {
            assertRefused(claims, Reason.WRONG_AUDIENCE, "identifier of this API as the audience");
        } else {
            assertThat(read(claims).grants().get(0).audience()).isEqualTo(Audience.resource(expected));
        }
    }

    @ParameterizedTest(name = "{0}, {1}, {2}")
    @CsvSource(
            nullValues = "-",
            value = {
                "m@clients,     azp,       client-credentials, true",
                "m@clients,     client_id, -,                  true",
                "m,             client_id, -,                  true",
                "m@clients,     azp,       -,                  true",
                "x|m@clients,   azp,       -,                  false",
                "auth0|m,       azp,       refresh_token,      false"
            })
    void readWhenSubjectIsTheClientThenItsOwnToken(
            String subject, String claim, @Nullable String grantType, boolean isMachine) {
        String type = grantType == null ? "" : ",'gty':'" + grantType + "'";

        Subject read = read("{'azp':null,'" + claim + "':'m','sub':'" + subject + "'" + type + "}")
                .subject();

        assertThat(read)
                .isEqualTo(
                        isMachine
                                ? new Subject(Subject.Type.APPLICATION, "m")
                                : new Subject(Subject.Type.USER, subject));
    }

    /** A string in the token of a sign-in, a list in the tokens of its refreshes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "'password'",
                "['refresh_token','password']",
                "['refresh_token']",
                "[]",
                "''",
                "7",
                "true",
                "[7,null]",
                "{'type':'password'}"
            })
    void readWhenGrantTypeIsNotOfAMachineThenItsFormDoesNotMatter(String type) {
        assertThat(read("{'gty':" + type + "}").subject()).isEqualTo(new Subject(Subject.Type.USER, "auth0|alice"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'azp':null}                            | NOT_AN_ACCESS_TOKEN | names its client in azp or client_id",
                "{'client_id':'other'}                   | INVALID_CLAIM       | name different clients",
                "{'azp':7}                               | INVALID_CLAIM       | claim azp is not a string",
                "{'sub':null}                            | INVALID_CLAIM       | claim sub is not a string",
                "{'sub':'..'}                            | INVALID_CLAIM       | sub contains no id",
                "{'org_id':['org_acme']}                 | INVALID_CLAIM       | claim org_id is not a string",
                "{'org_id':''}                           | INVALID_CLAIM       | claim org_id is not a string",
                "{'org_id':'a\\u0007b'}                  | INVALID_CLAIM       | org_id contains no id",
                "{'gty':'client-credentials'}            | INVALID_CLAIM       | sub is not this client",
                "{'gty':['client-credentials']}          | INVALID_CLAIM       | sub is not this client",
                "{'client_id':'browser','azp':['x']}     | INVALID_CLAIM       | claim azp is not a string",
                "{'scope':7}                             | INVALID_CLAIM       | claim scope"
            })
    void readWhenContradictoryThenRefusedWithTheReason(String claims, Reason reason, String description) {
        assertRefused(claims, reason, description);
    }

    @Test
    void readWhenPermissionsAreTheSourceThenScopeDoesNotMatter() {
        Auth0TokenReader permissions = reader(TokenScopes.PERMISSIONS);

        assertThat(permissions
                        .read(claims("{'permissions':['read:report','write:report']}"))
                        .grants()
                        .get(0)
                        .scopes())
                .isEqualTo(Scopes.of("read:report", "write:report"));
        assertThatExceptionOfType(InvalidTokenException.class)
                .isThrownBy(() -> permissions.read(claims("{}")))
                .withMessageContaining("Add Permissions in the Access Token");
    }

    @Test
    void readWhenPermissionsAreNotTheSourceThenTheyGrantNothing() {
        assertThat(read("{'permissions':['write:report']}").grants().get(0).scopes())
                .isEqualTo(Scopes.of("read:report"));
    }

    @Test
    void readWhenSomebodyActsThenSaidSo() {
        assertThat(read("{'act':{'sub':'support'}}").actor()).isEqualTo("support");
    }

    private void assertRefused(String changes, Reason reason, String description) {
        assertThatExceptionOfType(InvalidTokenException.class)
                .isThrownBy(() -> read(changes))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(reason))
                .withMessageContaining(description);
    }

    private TokenContent read(String changes) {
        return reader.read(claims(changes));
    }

    /** The claims of a user's token with these changes; null removes a claim. */
    @SuppressWarnings("unchecked")
    private static TokenClaims claims(String changes) {
        Map<String, Object> claims = new HashMap<>(USER);
        claims.putAll(JsonMapper.builder().build().readValue(changes.replace('\'', '"'), Map.class));
        claims.values().removeIf(value -> value == null);
        return new TokenClaims(claims);
    }
}
