package io.scopeguard.bench;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.factories.DefaultJWSSignerFactory;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/** Signs organization tokens as Logto issues them. Thread-safe. */
public final class TokenIssuer {

    public static final String ORGANIZATION = "cu2p5w6hsqs5";
    public static final String CLIENT = "02jh4tp0e2bxseju70jr3";
    public static final String AUDIENCE = "urn:logto:organization:" + ORGANIZATION;

    private static final Duration AGE = Duration.ofMinutes(10);
    private static final Duration LIFETIME = Duration.ofHours(12);

    private final String issuer;
    private final JWK key;
    private final JWSHeader header;
    private final JWSSigner signer;

    /**
     * @param issuer the {@code iss} claim
     */
    public TokenIssuer(String issuer, Algorithm algorithm) {
        this.issuer = issuer;
        this.key = algorithm.generateKey();
        this.header = new JWSHeader.Builder(algorithm.jws())
                .type(new JOSEObjectType("at+jwt"))
                .keyID(key.getKeyID())
                .build();
        this.signer = signer(key);
    }

    public JWK publicKey() {
        return key.toPublicJWK();
    }

    /** A new token with a unique id. */
    public String issue(String subject, String scope) {
        return sign(claims(subject, scope, Instant.now().minus(AGE))
                .audience(AUDIENCE)
                .build());
    }

    /** The claims of a token with a unique id, without an audience. */
    public JWTClaimsSet.Builder claims(String subject, String scope, Instant issuedAt) {
        return new JWTClaimsSet.Builder()
                .jwtID(UUID.randomUUID().toString())
                .subject(subject)
                .issueTime(Date.from(issuedAt))
                .expirationTime(Date.from(issuedAt.plus(LIFETIME)))
                .claim("scope", scope)
                .claim("client_id", CLIENT)
                .issuer(issuer);
    }

    /** A signed token with these claims. */
    public String sign(JWTClaimsSet claims) {
        SignedJWT token = new SignedJWT(header, claims);
        try {
            token.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
        return token.serialize();
    }

    /** Many tokens, signed on all cores. */
    public List<String> issue(int count, List<String> subjects, String scope) {
        return IntStream.range(0, count)
                .parallel()
                .mapToObj(i -> issue(subjects.get(i % subjects.size()), scope))
                .toList();
    }

    private static JWSSigner signer(JWK key) {
        try {
            JWSSigner signer = new DefaultJWSSignerFactory().createJWSSigner(key);
            Corretto.find().ifPresent(signer.getJCAContext()::setProvider);
            return signer;
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
