package io.scopeguard.spring.authentication;

import io.scopeguard.token.AccessToken;
import java.util.AbstractMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.jwt.MappedJwtClaimSetConverter;

/**
 * The claims of a token as Spring Security converts them, once for each token. They are parsed and converted when they are needed,
 * which is not the case in most applications. Spring Security itself only looks for {@code cnf}, which verified tokens do not
 * have. Immutable and thread-safe.
 */
final class ConvertedClaims extends AbstractMap<String, Object> {

    private static final MappedJwtClaimSetConverter CONVERTER = MappedJwtClaimSetConverter.withDefaults(Map.of());

    /** Binds a token to its sender (RFC 7800). */
    private static final String CONFIRMATION = "cnf";

    private final AccessToken token;
    private volatile @Nullable Map<String, Object> converted;

    ConvertedClaims(AccessToken token) {
        this.token = token;
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return !CONFIRMATION.equals(name) && converted().containsKey(name);
    }

    @Override
    public @Nullable Object get(@Nullable Object name) {
        return converted().get(name);
    }

    @Override
    public Set<Entry<String, Object>> entrySet() {
        return converted().entrySet();
    }

    private Map<String, Object> converted() {
        Map<String, Object> known = converted;
        if (known == null) {
            known = CONVERTER.convert(token.claims());
            converted = known;
        }
        return known;
    }
}
