package io.scopeguard.keycloak;

import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionChange.OfEverything;
import io.scopeguard.provider.PermissionChange.OfMember;
import io.scopeguard.provider.PermissionChange.OfOrganization;
import io.scopeguard.provider.PermissionChange.OfRoles;
import io.scopeguard.provider.PermissionChange.OfSubject;
import io.scopeguard.provider.Subject;
import io.scopeguard.provider.http.Json;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An admin event: an administrator changed something. Only ids are read from it. Its details contain names and e-mail addresses,
 * which are never stored or logged.
 *
 * @param time by Keycloak's clock, in milliseconds since 1970
 * @param operation {@code CREATE}, {@code UPDATE}, {@code DELETE} or {@code ACTION}
 * @param type the kind of resource that was changed
 * @param path of the resource in the Admin API; empty for the realm itself
 */
record AdminEvent(String id, long time, String operation, String type, String path) {

    /** The relevant types. All other events change neither permissions nor roles. */
    static final List<String> TYPES = List.of(
            "ORGANIZATION",
            "ORGANIZATION_MEMBERSHIP",
            "ORGANIZATION_GROUP",
            "ORGANIZATION_GROUP_MEMBERSHIP",
            "USER",
            "GROUP",
            "GROUP_MEMBERSHIP",
            "CLIENT_ROLE",
            "CLIENT_ROLE_MAPPING",
            "REALM_ROLE",
            "REALM_ROLE_MAPPING");

    private static final Pattern MEMBER =
            Pattern.compile("organizations/(?<organization>[^/]+)/(groups/[^/]+/)?members/(?<user>[^/]+)");
    private static final Pattern ORGANIZATION = Pattern.compile("organizations/(?<organization>[^/]+)(/.*)?");
    private static final Pattern ORGANIZATION_GROUP = Pattern.compile("organizations/[^/]+/groups(/.*)?");
    private static final Pattern USER = Pattern.compile("users/(?<user>[^/]+)(/.*)?");
    private static final Pattern NEW_CLIENT_ROLE = Pattern.compile("clients/(?<client>[^/]+)/roles/(?<role>[^/]+)");

    private static final Set<String> ROLES = Set.of("CLIENT_ROLE", "REALM_ROLE");

    static AdminEvent of(JsonNode event) {
        return new AdminEvent(
                Json.text(event, "id"),
                Json.member(event, "time").asLong(0),
                event.path("operationType").asString(""),
                event.path("resourceType").asString(""),
                event.path("resourcePath").asString(""));
    }

    /** A created role. */
    record NewRole(String clientId, String name) {}

    /** The created client role, or {@code null} if the event is about something else. */
    @Nullable
    NewRole newRole() {
        Matcher role = NEW_CLIENT_ROLE.matcher(path);
        return isNewRole() && role.matches() ? new NewRole(role.group("client"), role.group("role")) : null;
    }

    private boolean isNewRole() {
        return operation.equals("CREATE") && ROLES.contains(type) && !path.endsWith("/composites");
    }

    /**
     * The subjects whose permissions may have changed.
     *
     * @param identifiers returns the identifier of an organization for its id in the API; {@code null} if the organization has not
     *     been used yet
     */
    Stream<PermissionChange> changes(Function<String, @Nullable String> identifiers) {
        if (isNewRole()
                || operation.equals("ACTION")
                || (operation.equals("CREATE")
                        && Set.of("ORGANIZATION", "USER", "GROUP").contains(type))) {
            // Nobody holds a role that was just created, and sessions are not permissions.
            return Stream.empty();
        }
        Matcher member = MEMBER.matcher(path);
        if (member.matches()) {
            return subjects(member.group("user"))
                    .flatMap(subject -> in(member, identifiers).map(id -> new OfMember(subject, id)));
        }
        if (ORGANIZATION_GROUP.matcher(path).matches()) {
            return Stream.of(new OfRoles());
        }
        Matcher organization = ORGANIZATION.matcher(path);
        if (organization.matches()) {
            return in(organization, identifiers).map(OfOrganization::new);
        }
        Matcher user = USER.matcher(path);
        return user.matches() ? subjects(user.group("user")).map(OfSubject::new) : Stream.of(new OfEverything());
    }

    /** A path does not show whether a user is a service account. */
    private static Stream<Subject> subjects(String user) {
        return Stream.of(Subject.Type.values()).map(type -> new Subject(type, user));
    }

    private static Stream<String> in(Matcher path, Function<String, @Nullable String> identifiers) {
        return Stream.ofNullable(identifiers.apply(path.group("organization")));
    }
}
