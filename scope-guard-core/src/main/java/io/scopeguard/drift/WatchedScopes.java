package io.scopeguard.drift;

import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.Map;

/**
 * The scopes whose absence from a token is reported. A client may omit other scopes on purpose. Implementations are thread-safe.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface WatchedScopes {

    /** Whether a scope of this audience is watched. */
    boolean watches(Audience audience, String scope);

    /** Every scope of every audience. */
    static WatchedScopes all() {
        return (audience, scope) -> true;
    }

    /** These scopes, for every audience. */
    static WatchedScopes of(Scopes scopes) {
        return (audience, scope) -> scopes.contains(scope);
    }

    /** These scopes, by audience. */
    static WatchedScopes of(Map<Audience, Scopes> scopes) {
        Map<Audience, Scopes> watched = Map.copyOf(scopes);
        return (audience, scope) ->
                watched.getOrDefault(audience, Scopes.none()).contains(scope);
    }
}
