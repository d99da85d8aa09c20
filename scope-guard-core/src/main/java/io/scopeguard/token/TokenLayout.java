package io.scopeguard.token;

import io.scopeguard.scope.Audience;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How one provider writes down which audience and organization a token is for. Implementations are stateless.
 */
public interface TokenLayout {

    /** The OpenID Connect scopes: they ask for claims, and permit nothing. */
    Set<String> OPENID_SCOPES = Set.of("openid", "profile", "email", "address", "phone", "offline_access");

    /**
     * Reads the context of a token whose signature may not have been checked yet.
     *
     * @param audience the {@code aud} values, at least one
     * @param claims all claims
     * @throws InvalidTokenException if the token is for somebody else, or contradicts itself
     */
    Context read(List<String> audience, Map<String, Object> claims);

    /** Whether a scope permits something, rather than asking for claims or for a refresh token. */
    default boolean isPermission(String scope) {
        return !OPENID_SCOPES.contains(scope);
    }

    /**
     * What a token is for.
     *
     * @param audience whose scopes it carries
     * @param organization the organization in which they hold, if any
     */
    record Context(Audience audience, @Nullable String organization) {

        /**
         * @throws IllegalArgumentException if the scopes are an organization's and it is not named
         */
        public Context {
            if (audience.isOrganization() && organization == null) {
                throw new IllegalArgumentException("an organization token names its organization");
            }
        }
    }
}
