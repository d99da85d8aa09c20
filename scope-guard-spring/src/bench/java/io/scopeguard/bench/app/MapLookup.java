package io.scopeguard.bench.app;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;

/** The cheapest possible decoder: it accepts every token, and looks known tokens up in a map. */
@Configuration(proxyBeanMethods = false)
class MapLookup {

    @Bean
    JwtDecoder jwtDecoder() {
        Map<String, Jwt> known = new ConcurrentHashMap<>();
        return token -> {
            Jwt jwt = known.get(token);
            return jwt != null ? jwt : known.computeIfAbsent(token, MapLookup::read);
        };
    }

    private static Jwt read(String token) {
        try {
            SignedJWT signed = SignedJWT.parse(token);
            JWTClaimsSet claims = signed.getJWTClaimsSet();
            return Jwt.withTokenValue(token)
                    .headers(headers -> headers.putAll(signed.getHeader().toJSONObject()))
                    .claims(all -> all.putAll(claims.getClaims()))
                    .issuedAt(claims.getIssueTime().toInstant())
                    .expiresAt(claims.getExpirationTime().toInstant())
                    .build();
        } catch (ParseException e) {
            throw new BadJwtException("not a JWT", e);
        }
    }
}
