package io.scopeguard.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.provider.RefreshDelivery;
import io.scopeguard.provider.TokenClaims;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.scope.Audience;
import io.scopeguard.testing.FakeKeycloak;
import io.scopeguard.testing.MovableClock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The results of a refresh at a real Keycloak after a change, which are the reason for the remedies. */
class RecordedKeycloakRefreshTests {

    private static final Audience API = Audience.resource("https://api.example.test");
    private static final String CLIENT = "reports-api";

    private static String grants(GlobalScopes globalScopes, String name) {
        Map<String, Object> claims = new LinkedHashMap<>(RecordedKeycloak.object(
                RecordedKeycloak.of("refresh/" + name).get("claims").toString()));
        claims.put("aud", List.of(API.value()));
        return new KeycloakTokenReader(Map.of(API, CLIENT), OrganizationIdentifier.ALIAS, globalScopes, false)
                .read(new TokenClaims(claims)).grants().stream()
                        .map(grant -> grant.organization() + "="
                                + String.join(" ", new TreeSet<>(grant.scopes().toList())))
                        .sorted()
                        .collect(Collectors.joining(", "));
    }

    /** Roles are computed anew for each token. */
    @ParameterizedTest
    @CsvSource({
        "demoted.alice-acme,                 'acme=read:report, null='",
        "promoted.alice-acme,                'acme=delete:report read:report write:report, null='",
        "new-role.alice-acme,                'acme=delete:report export:report read:report write:report, null='",
        "role-deleted.alice-acme,            'acme=delete:report read:report write:report, null='",
        "role-taken-off-group.alice-acme,    'acme=delete:report read:report write:report, null='",
        "removed-and-added-again.bob-acme,   'acme=, null='",
        "user-enabled-again.bob,             'acme=read:report, null='",
        "scope-other-organization.alice,     null=",
        "scope-one-of-all.alice,             'globex=read:report, null='",
        "selected-organization.alice,        'globex=read:report, null='",
    })
    void refreshWhenRolesChangedThenTheNewTokenHasThem(String name, String expected) {
        assertThat(grants(GlobalScopes.ROLES, name)).isEqualTo(expected);
    }

    /** In the same token, {@code resource_access} contains the role that was granted since, and {@code scope} does not. */
    @ParameterizedTest
    @CsvSource({
        "scope.promoted-requested.bob",
        "scope.promoted-not-requested.bob",
        "scope.promoted-not-requested-named.bob",
        "scope.new-optional-scope.bob",
        "scope.new-optional-scope-named.bob",
    })
    void refreshWhenAClientScopeWasGainedThenTheScopeClaimLacksItAndTheRoleIsThere(String name) {
        assertThat(grants(GlobalScopes.SCOPE, name)).isEqualTo("acme=read:report, null=read:report");
        assertThat(grants(GlobalScopes.ROLES, name)).isEqualTo("acme=read:report, null=read:report write:report");
    }

    @Test
    void refreshWhenADefaultClientScopeIsNewThenDelivered() {
        assertThat(grants(GlobalScopes.SCOPE, "scope.new-default-scope.bob"))
                .isEqualTo("acme=read:report, null=audit:report read:report");
    }

    @ParameterizedTest
    @CsvSource({
        "removed-from-organization.bob-acme, invalid_grant, Invalid organization",
        "organization-disabled.bob-acme,     invalid_grant, Invalid organization",
        "user-disabled.bob,                  invalid_grant, User disabled",
        "after-logout.alice,                 invalid_grant, Session not active",
        "consent.new-default-scope.bob,      invalid_scope, Client no longer has requested consent from user",
    })
    void refreshWhenAccessHasEndedThenRefused(String name, String error, String description) {
        assertThat(RecordedKeycloak.status("refresh/" + name)).isEqualTo(400);
        assertThat(RecordedKeycloak.body("refresh/" + name).path("error").asString(""))
                .isEqualTo(error);
        assertThat(RecordedKeycloak.body("refresh/" + name)
                        .path("error_description")
                        .asString(""))
                .isEqualTo(description);
    }

    /** The provider declares the behaviour that the recordings show, and the remedies follow. */
    @ParameterizedTest
    @CsvSource({
        "ROLES, ORGANIZATION_RESOURCE, ALWAYS",
        "ROLES, RESOURCE,              ALWAYS",
        "SCOPE, ORGANIZATION_RESOURCE, ALWAYS",
        "SCOPE, RESOURCE,              NEVER",
    })
    void traitsWhenRecordedThenDeclared(GlobalScopes globalScopes, TokenKind kind, RefreshDelivery delivery) {
        try (FakeKeycloak server = new FakeKeycloak(MovableClock.atNoon())) {
            Keycloak keycloak = Keycloak.at(new KeycloakRealm(server.issuer()), "guard", "secret")
                    .resource(API, CLIENT)
                    .globalScopes(globalScopes)
                    .build();
            assertThat(keycloak.permissions().traits().refreshDelivery(kind)).isEqualTo(delivery);
        }
    }
}
