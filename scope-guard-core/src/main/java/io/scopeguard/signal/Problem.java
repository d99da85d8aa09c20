package io.scopeguard.signal;

import io.scopeguard.annotation.Internal;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.scope.Scopes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A problem detail (RFC 9457).
 *
 * @param type the stable name, without the prefix
 * @param organization the organization that the presented token is for, if any
 * @param action the remedy for the client
 * @param requiredScopes the scopes to request, if that would help
 * @param requiredRoles the roles that the operation requires, if one of them is missing
 * @hidden
 */
@Internal
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        @Nullable String organization,
        Remedy action,
        Scopes requiredScopes,
        List<String> requiredRoles) {

    /** The prefix of all problem types. */
    public static final String TYPE_PREFIX = "urn:problem-type:scope-guard:";

    /** The media type of the body. */
    public static final String MEDIA_TYPE = "application/problem+json";

    /** Copies the list. */
    public Problem {
        requiredRoles = List.copyOf(requiredRoles);
    }

    /** A problem that does not concern roles. */
    public Problem(
            String type,
            String title,
            int status,
            String detail,
            @Nullable String organization,
            Remedy action,
            Scopes requiredScopes) {
        this(type, title, status, detail, organization, action, requiredScopes, List.of());
    }

    /** The members of the JSON object, in their order. */
    public Map<String, Object> members() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("type", TYPE_PREFIX + type);
        members.put("title", title);
        members.put("status", status);
        members.put("detail", detail);
        if (organization != null) {
            members.put("organization_id", organization);
        }
        members.put("action", action.name().toLowerCase(Locale.ROOT));
        if (!requiredScopes.isEmpty()) {
            members.put("required_scopes", requiredScopes.toList());
        }
        if (!requiredRoles.isEmpty()) {
            members.put("required_roles", requiredRoles);
        }
        return members;
    }
}
