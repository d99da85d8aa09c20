package io.scopeguard.logto;

import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.Map;

/**
 * What one role means.
 *
 * @param byAudience its scopes of each audience that it has some of
 */
record RoleScopes(Map<Audience, Scopes> byAudience) {

    static final RoleScopes NONE = new RoleScopes(Map.of());

    Scopes of(Audience audience) {
        return byAudience.getOrDefault(audience, Scopes.none());
    }
}
