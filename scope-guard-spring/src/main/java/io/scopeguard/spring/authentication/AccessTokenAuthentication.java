package io.scopeguard.spring.authentication;

import io.scopeguard.annotation.Internal;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.springframework.core.convert.converter.Converter;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.authentication.JwtGrantedAuthoritiesConverter;

/**
 * Converts a verified access token to an authentication. Tokens that another decoder of the application verified are converted
 * as Spring Security does it.
 *
 * @hidden
 */
@Internal
public final class AccessTokenAuthentication {

    private static final Converter<Jwt, Collection<GrantedAuthority>> SCOPES = new JwtGrantedAuthoritiesConverter();
    private static final JwtAuthenticationConverter STOCK = new JwtAuthenticationConverter();

    private AccessTokenAuthentication() {}

    /**
     * A converter for Spring Security.
     *
     * @param withAuthorities whether scopes become {@code SCOPE_} authorities: those hold in every organization, regardless of live
     *     permissions
     */
    public static JwtAuthenticationConverter converter(boolean withAuthorities) {
        JwtAuthenticationConverter converter = new JwtAuthenticationConverter();
        converter.setJwtGrantedAuthoritiesConverter(
                jwt -> jwt instanceof AccessTokenJwt && !withAuthorities ? List.of() : SCOPES.convert(jwt));
        converter.setJwtPrincipalConverter(AccessTokenAuthentication::principal);
        return converter;
    }

    private static OAuth2AuthenticatedPrincipal principal(Jwt jwt) {
        if (jwt instanceof AccessTokenJwt token) {
            return token;
        }
        Object stock = STOCK.convert(jwt).getPrincipal();
        return (OAuth2AuthenticatedPrincipal) Objects.requireNonNull(stock, "a token has an owner");
    }
}
