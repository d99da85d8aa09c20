package io.scopeguard.provider;

import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.Map;

/**
 * The scopes that one role grants.
 *
 * @param byAudience the scopes, by audience
 * @param isComplete whether the role grants nothing for audiences that are not in the map; otherwise they are unknown
 * @since 0.1
 */
public record RoleScopes(Map<Audience, Scopes> byAudience, boolean isComplete) {

    /** Copies the map. */
    public RoleScopes {
        byAudience = Map.copyOf(byAudience);
    }
}
