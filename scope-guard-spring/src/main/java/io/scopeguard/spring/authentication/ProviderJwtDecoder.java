package io.scopeguard.spring.authentication;

import io.scopeguard.annotation.Internal;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.TokenClaims;
import io.scopeguard.provider.TokenReader;
import io.scopeguard.scope.Audience;
import io.scopeguard.token.AccessTokenVerifier;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/**
 * The decoder with {@code scope-guard.enabled=false}. Verifies access tokens by Spring Security's own decoder: signature, issuer,
 * times, type, and that they are for this API. The token's issuer selects the provider. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class ProviderJwtDecoder implements JwtDecoder {

    private final Map<String, JwtDecoder> byIssuer = new HashMap<>();

    public ProviderJwtDecoder(List<IdentityProvider> providers, Collection<Audience> resources) {
        for (IdentityProvider provider : providers) {
            JwtDecoder decoder = decoder(provider, resources);
            provider.issuers().forEach(issuer -> byIssuer.put(issuer, decoder));
        }
    }

    @Override
    public Jwt decode(String token) {
        JwtDecoder decoder = byIssuer.get(Objects.requireNonNullElse(AccessTokenVerifier.unverifiedIssuer(token), ""));
        if (decoder == null) {
            throw new BadJwtException("The token was not issued by a provider of this API.");
        }
        return decoder.decode(token);
    }

    private static JwtDecoder decoder(IdentityProvider provider, Collection<Audience> resources) {
        TokenReader reader = provider.tokenReader(resources);
        NimbusJwtDecoder decoder = NimbusJwtDecoder.withJwkSetUri(
                        provider.jwkSetUri().toString())
                .validateType(false)
                .jwsAlgorithms(algorithms ->
                        AccessTokenVerifier.algorithms().forEach(name -> algorithms.add(SignatureAlgorithm.from(name))))
                .build();
        decoder.setJwtValidator(new DelegatingOAuth2TokenValidator<>(
                new JwtTimestampValidator(),
                valid(jwt -> provider.issuers().contains(jwt.getClaimAsString("iss"))),
                valid(jwt -> reader.types().contains(type(jwt))),
                valid(jwt -> isForThisApi(reader, jwt))));
        return decoder;
    }

    private static String type(Jwt jwt) {
        String type = String.valueOf(jwt.getHeaders().get("typ")).toLowerCase(Locale.ROOT);
        return type.startsWith("application/") ? type.substring("application/".length()) : type;
    }

    private static boolean isForThisApi(TokenReader reader, Jwt jwt) {
        try {
            reader.read(new TokenClaims(jwt.getClaims()));
            return true;
        } catch (InvalidTokenException e) {
            return false;
        }
    }

    private static OAuth2TokenValidator<Jwt> valid(Predicate<Jwt> check) {
        OAuth2TokenValidatorResult failure = OAuth2TokenValidatorResult.failure(new OAuth2Error(
                OAuth2ErrorCodes.INVALID_TOKEN, "The token is not an access token for this API.", null));
        return jwt -> check.test(jwt) ? OAuth2TokenValidatorResult.success() : failure;
    }
}
