package io.scopeguard.logtobox.webhook;

import io.scopeguard.logtobox.directory.Entity;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A subscriber to changes. */
public record Hook(
        String id,
        String name,
        @Nullable String event,
        List<String> events,
        Map<String, Object> config,
        String signingKey,
        boolean enabled,
        long createdAt)
        implements Entity {

    boolean wants(String name) {
        return enabled && (events.contains(name) || (events.isEmpty() && name.equals(event)));
    }

    @Override
    public String toString() {
        return "Hook[" + id + "]";
    }
}
