package io.scopeguard.logto;

import static io.scopeguard.logto.ManagementApi.path;

import io.scopeguard.logto.ManagementApi.Page;
import io.scopeguard.logto.SharedRead.Aged;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.permission.PermissionSource;
import io.scopeguard.permission.PermissionsUnavailableException;
import io.scopeguard.permission.PermissionsUnavailableException.Reason;
import io.scopeguard.permission.Standing;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.token.Subject;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/**
 * Live permissions from Logto's Management API. There is no endpoint for most of them: a subject's roles are read, and what
 * the roles mean is shared by all.
 */
final class LogtoPermissionSource implements PermissionSource {

    private final ManagementApi api;
    private final Template template;
    private final Clock clock;

    LogtoPermissionSource(ManagementApi api, Template template, Clock clock) {
        this.api = api;
        this.template = template;
        this.clock = clock;
    }

    @Override
    public LivePermissions fetch(PermissionKey key, Instant notBefore) {
        return read(key, () -> {
            Roles roles = new Roles(template, key.audience(), clock.instant(), notBefore);
            return key.organization() == null || key.subject().type() == Subject.Type.APPLICATION
                    ? single(key, roles)
                    : member(key, key.organization(), roles);
        });
    }

    @Override
    public LivePermissions confirm(PermissionKey key, Instant noticed) {
        return read(key, () -> {
            Roles roles = new Roles(template, key.audience(), clock.instant(), noticed);
            if (key.organization() != null) {
                template.organizationRoles(noticed);
            }
            return single(key, roles);
        });
    }

    private LivePermissions read(PermissionKey key, Supplier<LivePermissions> reading) {
        try {
            LivePermissions live = reading.get();
            template.refreshCatalogue(key.audience(), live.granted());
            return live;
        } catch (LogtoAccessException e) {
            throw new PermissionsUnavailableException(Reason.REFUSED, "Logto refuses our own credentials.");
        }
    }

    /** By one search that tells membership, roles and suspension at once. */
    private LivePermissions member(PermissionKey key, String organization, Roles roles) {
        String user = key.subject().id();
        Page found = api.firstPage("organization-users", path("/organizations/{}/users?q={}", organization, user))
                .orElseThrow(Json::malformed);
        Optional<JsonNode> member = found.items().stream()
                .filter(candidate -> Json.text(candidate, "id").equals(user))
                .findFirst();
        if (member.isEmpty()) {
            // The search looks for parts of ids: others may have pushed the member off the page.
            return found.isWhole() ? LivePermissions.none(Standing.NOT_A_MEMBER, roles.asOf()) : single(key, roles);
        }
        if (Json.flag(member.get(), "isSuspended")) {
            return LivePermissions.none(Standing.SUSPENDED, roles.asOf());
        }
        return withGlobalRoles(key, roles.ofOrganization(Json.items(member.get(), "organizationRoles")), roles);
    }

    /** By requests that concern this subject alone. */
    private LivePermissions single(PermissionKey key, Roles roles) {
        return switch (key.subject().type()) {
            case USER -> key.organization() == null ? user(key, roles) : memberAlone(key, key.organization(), roles);
            case APPLICATION ->
                key.organization() == null ? application(key, roles) : agent(key, key.organization(), roles);
        };
    }

    private LivePermissions memberAlone(PermissionKey key, String organization, Roles roles) {
        Standing standing = standingOfUser(key.subject());
        if (standing != Standing.ACTIVE) {
            return LivePermissions.none(standing, roles.asOf());
        }
        return api.list(
                        "organization-user-roles",
                        path(
                                "/organizations/{}/users/{}/roles",
                                organization,
                                key.subject().id()))
                .map(held -> withGlobalRoles(key, roles.ofOrganization(held), roles))
                .orElseGet(() -> LivePermissions.none(Standing.NOT_A_MEMBER, roles.asOf()));
    }

    /** In the tokens of a user, global roles join those of the organization. */
    private LivePermissions withGlobalRoles(PermissionKey key, Scopes ofOrganization, Roles roles) {
        if (key.audience().isOrganization()) {
            return LivePermissions.of(ofOrganization, roles.asOf());
        }
        List<JsonNode> global = api.list(
                        "user-roles", path("/users/{}/roles", key.subject().id()))
                .orElseThrow(Json::malformed);
        return LivePermissions.of(ofOrganization.or(roles.ofTenant(global)), roles.asOf());
    }

    /** Tokens without an organization bear the scopes of all of them; only those of global roles count. */
    private LivePermissions user(PermissionKey key, Roles roles) {
        Standing standing = standingOfUser(key.subject());
        if (standing != Standing.ACTIVE) {
            return LivePermissions.none(standing, roles.asOf());
        }
        String id = key.subject().id();
        Optional<List<JsonNode>> global = api.list("user-roles", path("/users/{}/roles", id));
        Optional<List<JsonNode>> organizations = api.list("user-organizations", path("/users/{}/organizations", id));
        if (global.isEmpty() || organizations.isEmpty()) {
            return LivePermissions.none(Standing.UNKNOWN_SUBJECT, roles.asOf());
        }
        Scopes granted = roles.ofTenant(global.get());
        Scopes issuable = granted;
        for (JsonNode organization : organizations.get()) {
            issuable = issuable.or(roles.ofOrganization(Json.items(organization, "organizationRoles")));
        }
        return new LivePermissions(Standing.ACTIVE, issuable, granted, roles.asOf());
    }

    private LivePermissions agent(PermissionKey key, String organization, Roles roles) {
        String id = key.subject().id();
        return api.list(
                        "organization-application-roles",
                        path("/organizations/{}/applications/{}/roles", organization, id))
                .map(held -> LivePermissions.of(roles.ofOrganization(held), roles.asOf()))
                .orElseGet(() -> LivePermissions.none(standingOfStranger(id), roles.asOf()));
    }

    private LivePermissions application(PermissionKey key, Roles roles) {
        return api.list(
                        "application-roles",
                        path("/applications/{}/roles", key.subject().id()))
                .map(held -> LivePermissions.of(roles.ofTenant(held), roles.asOf()))
                .orElseGet(() -> LivePermissions.none(Standing.UNKNOWN_SUBJECT, roles.asOf()));
    }

    private Standing standingOfUser(Subject user) {
        return api.get("user", path("/users/{}", user.id()))
                .map(found -> Json.flag(found, "isSuspended") ? Standing.SUSPENDED : Standing.ACTIVE)
                .orElse(Standing.UNKNOWN_SUBJECT);
    }

    private Standing standingOfStranger(String application) {
        return api.get("application", path("/applications/{}", application)).isPresent()
                ? Standing.NOT_A_MEMBER
                : Standing.UNKNOWN_SUBJECT;
    }

    /** Turns roles into scopes of one audience, and remembers how old the oldest of the definitions used is. */
    private static final class Roles {

        private final Template template;
        private final Audience audience;
        private final Instant notBefore;
        private Instant asOf;

        Roles(Template template, Audience audience, Instant start, Instant notBefore) {
            this.template = template;
            this.audience = audience;
            this.notBefore = notBefore;
            this.asOf = start;
        }

        Instant asOf() {
            return asOf;
        }

        Scopes ofOrganization(List<JsonNode> held) {
            List<String> ids = ids(held);
            Aged<Map<String, RoleScopes>> roles = template.organizationRoles(notBefore);
            if (!roles.value().keySet().containsAll(ids)) {
                // Made since, or deleted meanwhile: only newer definitions can tell.
                roles = template.organizationRoles(asOf);
            }
            usedReadingOf(roles.asOf());
            Scopes scopes = Scopes.none();
            for (String id : ids) {
                scopes = scopes.or(
                        roles.value().getOrDefault(id, RoleScopes.NONE).of(audience));
            }
            return scopes;
        }

        Scopes ofTenant(List<JsonNode> held) {
            Scopes scopes = Scopes.none();
            for (String id : ids(held)) {
                Aged<RoleScopes> role = template.globalRole(id, notBefore);
                usedReadingOf(role.asOf());
                scopes = scopes.or(role.value().of(audience));
            }
            return scopes;
        }

        private void usedReadingOf(Instant time) {
            asOf = time.isBefore(asOf) ? time : asOf;
        }

        private static List<String> ids(List<JsonNode> roles) {
            List<String> ids = new ArrayList<>();
            roles.forEach(role -> ids.add(Json.text(role, "id")));
            return ids;
        }
    }
}
