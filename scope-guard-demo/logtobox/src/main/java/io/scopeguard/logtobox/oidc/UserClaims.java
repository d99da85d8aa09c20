package io.scopeguard.logtobox.oidc;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.directory.Member;
import io.scopeguard.logtobox.directory.Organization;
import io.scopeguard.logtobox.directory.OrganizationRole;
import io.scopeguard.logtobox.directory.Role;
import io.scopeguard.logtobox.directory.User;
import io.scopeguard.logtobox.wire.Json;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The claims about a user in the ID token and at the userinfo endpoint, by scope. */
final class UserClaims {

    private final Directory directory;

    UserClaims(Directory directory) {
        this.directory = directory;
    }

    Map<String, @Nullable Object> idToken(User user, Collection<String> scopes) {
        return claims(user, scopes, false);
    }

    Map<String, @Nullable Object> userinfo(User user, Collection<String> scopes) {
        return claims(user, scopes, true);
    }

    private Map<String, @Nullable Object> claims(User user, Collection<String> scopes, boolean withDetails) {
        Map<String, @Nullable Object> claims = new LinkedHashMap<>();
        claims.put("sub", user.id());
        if (scopes.contains("profile")) {
            profile(user, claims);
        }
        if (scopes.contains("email")) {
            claims.put("email", user.primaryEmail());
            claims.put("email_verified", user.primaryEmail() != null);
        }
        if (scopes.contains("roles")) {
            claims.put("roles", roleNames(user));
        }
        if (scopes.contains(ScopeNames.ORGANIZATIONS)) {
            organizations(user, claims, withDetails);
        }
        if (scopes.contains(ScopeNames.ORGANIZATION_ROLES)) {
            claims.put("organization_roles", organizationRoles(user));
        }
        return claims;
    }

    /** The roles of a user, global ones and those in organizations, under the names that they have in ID tokens. */
    Map<String, Object> roles(User user) {
        return Map.of("roles", roleNames(user), "organization_roles", organizationRoles(user));
    }

    private static void profile(User user, Map<String, @Nullable Object> claims) {
        claims.put("name", user.name());
        claims.put("preferred_username", user.username());
        claims.put("picture", user.avatar());
        claims.put("updated_at", user.updatedAt());
        claims.put("username", user.username());
        claims.put("created_at", user.createdAt());
    }

    private void organizations(User user, Map<String, @Nullable Object> claims, boolean withDetails) {
        List<String> ids = directory.organizationUsers().holding(user.id());
        claims.put("organizations", ids);
        if (withDetails) {
            claims.put(
                    "organization_data",
                    ids.stream()
                            .flatMap(id -> directory.organizations().find(id).stream())
                            .map(UserClaims::summary)
                            .toList());
        }
    }

    private static Map<String, @Nullable Object> summary(Organization organization) {
        return Json.object(
                "id", organization.id(), "name", organization.name(), "description", organization.description());
    }

    private List<String> roleNames(User user) {
        return directory.principalRoles().of(user.id()).stream()
                .flatMap(id -> directory.roles().find(id).stream())
                .map(Role::name)
                .toList();
    }

    private List<String> organizationRoles(User user) {
        return directory.organizationUsers().holding(user.id()).stream()
                .flatMap(organization -> directory.memberRoles().of(new Member(organization, user.id())).stream()
                        .flatMap(id -> directory.organizationRoles().find(id).stream())
                        .map(OrganizationRole::name)
                        .map(role -> organization + ":" + role))
                .toList();
    }
}
