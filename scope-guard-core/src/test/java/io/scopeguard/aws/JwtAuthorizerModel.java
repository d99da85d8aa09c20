package io.scopeguard.aws;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * The rules of the JWT authorizer of HTTP APIs, as AWS's developer guide states them. No request was sent to AWS. It is widely
 * reported, but not stated in the guide, that times are checked and that a missing scope leads to 403.
 *
 * @param issuer compared exactly
 * @param audiences one of them must be the token's audience, or its {@code client_id} if it has no {@code aud}
 * @param scopes the route's scopes, one of which is enough
 */
record JwtAuthorizerModel(String issuer, Set<String> audiences, Set<String> scopes, JWKSet keys) {

    private static final String SCHEME = "Bearer ";

    /**
     * The status of the response, and the error.
     *
     * @param credentials the value of the header: a token, with or without the scheme
     */
    String verdict(String credentials, Instant now) throws JOSEException {
        String token = credentials.startsWith(SCHEME) ? credentials.substring(SCHEME.length()) : credentials;
        try {
            return verdict(SignedJWT.parse(token), now);
        } catch (ParseException e) {
            return "401, malformed";
        }
    }

    private String verdict(SignedJWT jwt, Instant now) throws ParseException, JOSEException {
        JWTClaimsSet claims = jwt.getJWTClaimsSet();
        if (!JWSAlgorithm.Family.RSA.contains(jwt.getHeader().getAlgorithm())) {
            return "401, algorithm";
        }
        if (!(keys.getKeyByKeyId(jwt.getHeader().getKeyID()) instanceof RSAKey key)
                || !jwt.verify(new RSASSAVerifier(key))) {
            return "401, signature";
        }
        if (!issuer.equals(claims.getIssuer())) {
            return "401, issuer";
        }
        if (!isForAudience(claims)) {
            return "401, audience";
        }
        if (!isTimely(claims, Date.from(now))) {
            return "401, time";
        }
        return scopes.isEmpty() || scopes(claims).stream().anyMatch(scopes::contains) ? "200" : "403, scope";
    }

    private boolean isForAudience(JWTClaimsSet claims) throws ParseException {
        String client = claims.getStringClaim("client_id");
        return claims.getAudience().isEmpty()
                ? client != null && audiences.contains(client)
                : claims.getAudience().stream().anyMatch(audiences::contains);
    }

    private static boolean isTimely(JWTClaimsSet claims, Date now) {
        return claims.getExpirationTime() != null
                && claims.getExpirationTime().after(now)
                && claims.getIssueTime() != null
                && !claims.getIssueTime().after(now)
                && (claims.getNotBeforeTime() == null
                        || !claims.getNotBeforeTime().after(now));
    }

    private static List<String> scopes(JWTClaimsSet claims) throws ParseException {
        String claim = claims.getClaim("scope") == null ? "scp" : "scope";
        return claims.getClaim(claim) instanceof List
                ? claims.getStringListClaim(claim)
                : Arrays.asList(Objects.requireNonNullElse(claims.getStringClaim(claim), "")
                        .split(" "));
    }
}
