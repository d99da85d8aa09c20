package io.scopeguard.aws;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;

/**
 * The rules of the JWT authorizer of HTTP APIs, as AWS's developer guide states them. Nothing of AWS was asked.
 *
 * @param issuer compared exactly
 * @param audiences one of which must be the token's, or its {@code client_id} if it has no {@code aud}
 * @param scopes the route's scopes, one of which is enough
 */
record JwtAuthorizerModel(String issuer, Set<String> audiences, Set<String> scopes, JWKSet keys) {

    /** The status of the response, and what is wrong. */
    String verdict(String token, Instant now) throws ParseException, JOSEException {
        SignedJWT jwt = SignedJWT.parse(token);
        JWTClaimsSet claims = jwt.getJWTClaimsSet();
        if (!JWSAlgorithm.Family.RSA.contains(jwt.getHeader().getAlgorithm())) {
            return "401, algorithm";
        }
        JWK key = keys.getKeyByKeyId(jwt.getHeader().getKeyID());
        if (key == null || !jwt.verify(new RSASSAVerifier(key.toRSAKey()))) {
            return "401, signature";
        }
        if (!issuer.equals(claims.getIssuer())) {
            return "401, issuer";
        }
        if (audience(claims).stream().noneMatch(audiences::contains)) {
            return "401, audience";
        }
        if (!isTimely(claims, Date.from(now))) {
            return "401, time";
        }
        return scopes.isEmpty() || scopes(claims).stream().anyMatch(scopes::contains) ? "200" : "403, scope";
    }

    private static Collection<String> audience(JWTClaimsSet claims) throws ParseException {
        return claims.getAudience().isEmpty()
                ? List.of(String.valueOf(claims.getStringClaim("client_id")))
                : claims.getAudience();
    }

    private static boolean isTimely(JWTClaimsSet claims, Date now) {
        return claims.getExpirationTime().after(now)
                && (claims.getNotBeforeTime() == null
                        || !claims.getNotBeforeTime().after(now))
                && !claims.getIssueTime().after(now);
    }

    private static List<String> scopes(JWTClaimsSet claims) throws ParseException {
        Object scope = claims.getClaim("scope") == null ? claims.getClaim("scp") : claims.getClaim("scope");
        return scope instanceof String names ? Arrays.asList(names.split(" ")) : List.of();
    }
}
