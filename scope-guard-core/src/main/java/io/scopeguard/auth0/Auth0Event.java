package io.scopeguard.auth0;

import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionChange.OfEverything;
import io.scopeguard.provider.PermissionChange.OfMember;
import io.scopeguard.provider.PermissionChange.OfOrganization;
import io.scopeguard.provider.PermissionChange.OfSubject;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.Subject;
import io.scopeguard.provider.http.Json;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One event of an event stream (CloudEvents 1.0, structured JSON), and the affected subjects. An event that should name a subject,
 * but does not, affects all subjects.
 *
 * @param type Auth0's name of the event
 * @param id unique for each event; deliveries of the same event repeat it
 */
record Auth0Event(String type, String id, JsonNode event) {

    private static final String VERSION = "1.0";
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,100}");

    /** The events that may change permissions. None reports that the permissions of a role have changed. */
    private static final Map<String, Function<Auth0Event, PermissionChange>> CHANGES = Map.ofEntries(
            Map.entry("organization.member.added", Auth0Event::ofMember),
            Map.entry("organization.member.deleted", Auth0Event::ofMember),
            Map.entry("organization.member.role.assigned", Auth0Event::ofMember),
            Map.entry("organization.member.role.deleted", Auth0Event::ofMember),
            Map.entry("organization.group.role.assigned", Auth0Event::ofOrganization),
            Map.entry("organization.group.role.deleted", Auth0Event::ofOrganization),
            Map.entry("organization.deleted", Auth0Event::ofDeletedOrganization),
            Map.entry("group.member.added", event -> new OfEverything()),
            Map.entry("group.member.deleted", event -> new OfEverything()),
            Map.entry("group.role.assigned", event -> new OfEverything()),
            Map.entry("group.role.deleted", event -> new OfEverything()),
            Map.entry("group.deleted", event -> new OfEverything()),
            Map.entry("user.updated", Auth0Event::ofUser),
            Map.entry("user.deleted", Auth0Event::ofUser));

    /** The names of the relevant events. */
    static Set<String> names() {
        return CHANGES.keySet();
    }

    /** Reads an event; empty if the body is not an event. */
    static Optional<Auth0Event> parse(byte[] body) {
        try {
            JsonNode event = Json.parse(body);
            String id = text(event, "id");
            boolean isEvent =
                    text(event, "specversion").equals(VERSION) && ID.matcher(id).matches();
            return isEvent ? Optional.of(new Auth0Event(Json.text(event, "type"), id, event)) : Optional.empty();
        } catch (PermissionsUnavailableException malformed) {
            return Optional.empty();
        }
    }

    /** Whether the event affects permissions. Test events affect none. */
    boolean matters() {
        return CHANGES.containsKey(type) && !text(event, "a0purpose").equals("test");
    }

    /** The type, if it is relevant. */
    Optional<String> label() {
        return Optional.of(type).filter(CHANGES::containsKey);
    }

    /** The time of the event by Auth0's clock; long ago, if the event contains no time. */
    Instant time() {
        try {
            return Instant.parse(text(event, "time"));
        } catch (DateTimeException e) {
            return Instant.MIN;
        }
    }

    PermissionChange change() {
        return CHANGES.getOrDefault(type, event -> new OfEverything()).apply(this);
    }

    private PermissionChange ofMember() {
        String organization = organization();
        String user = nullIfEmpty(text(object().path("user"), "user_id"));
        if (organization == null) {
            return new OfEverything();
        }
        return user == null
                ? new OfOrganization(organization)
                : new OfMember(new Subject(Subject.Type.USER, user), organization);
    }

    private PermissionChange ofOrganization() {
        String organization = organization();
        return organization == null ? new OfEverything() : new OfOrganization(organization);
    }

    private PermissionChange ofDeletedOrganization() {
        String organization = nullIfEmpty(text(object(), "id"));
        return organization == null ? new OfEverything() : new OfOrganization(organization);
    }

    private PermissionChange ofUser() {
        String user = nullIfEmpty(text(object(), "user_id"));
        return user == null ? new OfEverything() : new OfSubject(new Subject(Subject.Type.USER, user));
    }

    private @Nullable String organization() {
        return nullIfEmpty(text(object().path("organization"), "id"));
    }

    private JsonNode object() {
        return event.path("data").path("object");
    }

    private static @Nullable String nullIfEmpty(String text) {
        return text.isEmpty() ? null : text;
    }

    private static String text(JsonNode object, String name) {
        return object.path(name).asString("");
    }
}
