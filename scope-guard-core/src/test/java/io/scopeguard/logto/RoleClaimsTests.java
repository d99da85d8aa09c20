package io.scopeguard.logto;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.provider.TokenClaims;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The roles of a Logto token, which a custom claims script adds. */
class RoleClaimsTests {

    static Stream<Arguments> global() {
        return Stream.of(
                Arguments.of(null, null),
                Arguments.of(List.of(), Set.of()),
                Arguments.of(List.of("paid-tier", "Beta tester"), Set.of("paid-tier", "Beta tester")),
                Arguments.of(List.of(Map.of("id", "r1", "name", "paid-tier")), Set.of("paid-tier")),
                Arguments.of(List.of(Map.of("id", "r1")), null),
                Arguments.of(List.of("paid-tier", 1), null),
                Arguments.of("paid-tier", null),
                Arguments.of(Map.of("paid-tier", true), null));
    }

    @ParameterizedTest
    @MethodSource("global")
    void globalWhenTheClaimIsMissingOrMalformedThenNullAndElseTheNames(
            @Nullable Object claim, @Nullable Set<String> expected) {
        assertThat(RoleClaims.global(claims("roles", claim))).isEqualTo(expected);
    }

    static Stream<Arguments> inOrganization() {
        return Stream.of(
                Arguments.of(null, null),
                Arguments.of(List.of("globex:admin"), Set.of()),
                Arguments.of(List.of("acme:admin", "acme:a:b", "acmes:viewer"), Set.of("admin", "a:b")),
                Arguments.of(
                        List.of(Map.of("organizationId", "acme", "roleId", "r1", "roleName", "admin")),
                        Set.of("admin")),
                Arguments.of(List.of(Map.of("organizationId", "acme")), null),
                Arguments.of("acme:admin", null));
    }

    @ParameterizedTest
    @MethodSource("inOrganization")
    void inWhenTheClaimIsMissingOrMalformedThenNullAndElseTheNamesInTheOrganization(
            @Nullable Object claim, @Nullable Set<String> expected) {
        assertThat(RoleClaims.in("acme", claims("organization_roles", claim))).isEqualTo(expected);
    }

    @Test
    void globalWhenOnlyOrganizationRolesAreListedThenNone() {
        assertThat(RoleClaims.global(claims("organization_roles", List.of("acme:admin"))))
                .isNull();
    }

    private static TokenClaims claims(String name, @Nullable Object value) {
        Map<String, Object> claims = new HashMap<>();
        if (value != null) {
            claims.put(name, value);
        }
        return new TokenClaims(claims);
    }
}
