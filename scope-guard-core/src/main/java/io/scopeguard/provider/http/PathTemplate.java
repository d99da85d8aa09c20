package io.scopeguard.provider.http;

import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Paths of a provider's API. Ids in them come from tokens, so each is checked and percent-encoded. */
public final class PathTemplate {

    private static final int MAX_ID_LENGTH = 2048;

    private PathTemplate() {}

    /**
     * Fills in a path.
     *
     * <pre>{@code
     * path("/users/{}/roles", userId)
     * }</pre>
     *
     * @param template contains <code>{}</code> for each id
     * @throws PermissionsUnavailableException if an id cannot be part of a path
     */
    public static String path(String template, String... ids) {
        StringBuilder path = new StringBuilder();
        int start = 0;
        for (String id : ids) {
            int hole = template.indexOf("{}", start);
            path.append(template, start, hole).append(segment(id));
            start = hole + 2;
        }
        return path.append(template, start, template.length()).toString();
    }

    /**
     * Whether an id can be a segment of a path. One or two dots change the path even if they are percent-encoded; control
     * characters and lone surrogates are accepted by no server.
     */
    public static boolean canBeSegment(String id) {
        return id.length() <= MAX_ID_LENGTH
                && !id.chars().allMatch(c -> c == '.')
                && id.codePoints()
                        .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
    }

    private static String segment(String id) {
        if (!canBeSegment(id)) {
            throw new PermissionsUnavailableException(Reason.MALFORMED, "An id cannot be part of a path.");
        }
        return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
