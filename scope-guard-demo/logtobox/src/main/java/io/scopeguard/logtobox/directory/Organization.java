package io.scopeguard.logtobox.directory;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An organization.
 *
 * @since 0.1
 */
public record Organization(
        String id,
        String name,
        @Nullable String description,
        Map<String, Object> customData,
        boolean isMfaRequired,
        Map<String, Object> color,
        Map<String, Object> branding,
        @Nullable String customCss,
        long createdAt)
        implements Entity {

    public static Organization named(String id, String name, @Nullable String description, long createdAt) {
        return new Organization(id, name, description, Map.of(), false, Map.of(), Map.of(), null, createdAt);
    }

    public Organization withMfaRequired(boolean required) {
        return new Organization(id, name, description, customData, required, color, branding, customCss, createdAt);
    }
}
