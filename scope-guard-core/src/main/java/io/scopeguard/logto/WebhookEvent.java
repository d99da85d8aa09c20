package io.scopeguard.logto;

import io.scopeguard.provider.EventReceiver.Receipt;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionChange.OfEverything;
import io.scopeguard.provider.PermissionChange.OfMember;
import io.scopeguard.provider.PermissionChange.OfOrganization;
import io.scopeguard.provider.PermissionChange.OfRoles;
import io.scopeguard.provider.PermissionChange.OfSubject;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.Subject;
import io.scopeguard.provider.http.Json;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The content of a delivery: the event and the affected subjects. If a subject is missing, all subjects are affected.
 *
 * @param name Logto's name of the event
 */
record WebhookEvent(String name, JsonNode payload) {

    private static final String SCOPE_CREATED = "OrganizationScope.Created";

    /** The maximum number of ids in an event: a list of this length may have been truncated. */
    private static final int MOST_IDS = 5_000;

    private static final Map<String, Subject.Type> MEMBERS = Map.of(
            "addedUserIds", Subject.Type.USER,
            "removedUserIds", Subject.Type.USER,
            "addedApplicationIds", Subject.Type.APPLICATION,
            "removedApplicationIds", Subject.Type.APPLICATION);

    /** The events that may change permissions. Logto sends no event when a role is assigned. */
    private static final Map<String, Function<WebhookEvent, List<PermissionChange>>> CHANGES = Map.ofEntries(
            Map.entry("Organization.Membership.Updated", WebhookEvent::ofMembers),
            Map.entry("Organization.Deleted", WebhookEvent::ofOrganization),
            Map.entry("User.SuspensionStatus.Updated", WebhookEvent::ofUser),
            Map.entry("User.Deleted", WebhookEvent::ofUser),
            Map.entry("OrganizationRole.Scopes.Updated", WebhookEvent::ofRoles),
            Map.entry("OrganizationRole.Deleted", WebhookEvent::ofRoles),
            Map.entry("Role.Scopes.Updated", WebhookEvent::ofRoles),
            Map.entry("Role.Deleted", WebhookEvent::ofRoles),
            // A new scope is not granted to anybody yet, and a resource scope has its own creation date.
            Map.entry(SCOPE_CREATED, event -> List.of()),
            Map.entry("OrganizationScope.Data.Updated", WebhookEvent::ofRoles),
            Map.entry("OrganizationScope.Deleted", WebhookEvent::ofRoles),
            Map.entry("Scope.Data.Updated", WebhookEvent::ofRoles),
            Map.entry("Scope.Deleted", WebhookEvent::ofRoles));

    /** The names of the relevant events. */
    static Set<String> names() {
        return CHANGES.keySet();
    }

    /** The event, or empty if the body is not an event. */
    static Optional<WebhookEvent> parse(byte[] body) {
        try {
            JsonNode payload = Json.parse(body);
            return Optional.of(new WebhookEvent(Json.text(payload, "event"), payload));
        } catch (PermissionsUnavailableException malformed) {
            return Optional.empty();
        }
    }

    /** Whether the event affects permissions. Logto's test delivery names no subject and affects nothing. */
    boolean matters() {
        return CHANGES.containsKey(name) && !text(payload, "path").startsWith("/fake-path");
    }

    /** The name for metrics. Unknown names must not become metric tags. */
    String label() {
        return CHANGES.containsKey(name) ? name : Receipt.OTHER;
    }

    /** The time of the event according to Logto; long ago, if the event contains no time. */
    Instant createdAt() {
        try {
            return Instant.parse(text(payload, "createdAt"));
        } catch (DateTimeException e) {
            return Instant.MIN;
        }
    }

    /** The created organization scope, if the event is about one. */
    Optional<String> createdScope() {
        return Optional.of(text(payload.path("data"), "name"))
                .filter(scope -> name.equals(SCOPE_CREATED) && !scope.isEmpty());
    }

    List<PermissionChange> changes() {
        return CHANGES.getOrDefault(name, event -> List.of()).apply(this);
    }

    private List<PermissionChange> ofMembers() {
        String organization = organization();
        List<PermissionChange> members = organization == null ? List.of() : members(organization);
        // Older releases name no members. Neither does Logto if single sign-on or an e-mail domain adds members.
        return members.isEmpty() ? ofOrganization() : members;
    }

    private List<PermissionChange> ofOrganization() {
        String organization = organization();
        return List.of(organization == null ? new OfEverything() : new OfOrganization(organization));
    }

    private List<PermissionChange> ofUser() {
        String user = first(text(payload.path("params"), "userId"), text(payload.path("data"), "id"));
        return List.of(user == null ? new OfEverything() : new OfSubject(new Subject(Subject.Type.USER, user)));
    }

    private List<PermissionChange> ofRoles() {
        return List.of(new OfRoles());
    }

    /** The members that joined or left; empty if the delivery does not name all of them. */
    private List<PermissionChange> members(String organization) {
        List<PermissionChange> members = new ArrayList<>();
        for (Map.Entry<String, Subject.Type> list : MEMBERS.entrySet()) {
            JsonNode ids = payload.path(list.getKey());
            if (ids.size() >= MOST_IDS) {
                return List.of();
            }
            ids.forEach(id -> members.add(new OfMember(new Subject(list.getValue(), id.asString("")), organization)));
        }
        return members;
    }

    private @Nullable String organization() {
        return first(text(payload, "organizationId"), text(payload.path("params"), "id"));
    }

    private static @Nullable String first(String a, String b) {
        String found = a.isEmpty() ? b : a;
        return found.isEmpty() ? null : found;
    }

    private static String text(JsonNode object, String name) {
        return object.path(name).asString("");
    }
}
