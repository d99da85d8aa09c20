package io.scopeguard.logtobox.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.util.Base64URL;
import io.scopeguard.logtobox.wire.Json;
import io.scopeguard.logtobox.wire.RequestError;
import java.text.ParseException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Signs and verifies the tenant's tokens. Members are in the order of insertion, as in Logto's tokens. */
public final class Jwts {

    private static final String UNAUTHORIZED = "Unauthorized. Please check credentials and its scope.";

    private final SigningKeys keys;
    private final Issuer issuer;
    private final Clock clock;

    public Jwts(SigningKeys keys, Issuer issuer, Clock clock) {
        this.keys = keys;
        this.issuer = issuer;
        this.clock = clock;
    }

    /** An access token, recognizable by its type. */
    String accessToken(Map<String, ?> claims) {
        return sign("at+jwt", claims);
    }

    /** An ID token has no type. */
    String idToken(Map<String, ?> claims) {
        return sign(null, claims);
    }

    private String sign(@Nullable String type, Map<String, ?> claims) {
        SigningKey key = keys.current();
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("alg", key.signature().getName());
        if (type != null) {
            header.put("typ", type);
        }
        header.put("kid", key.kid());
        try {
            // The header is parsed, because a parsed header keeps its bytes and a built one sorts its members.
            JWSObject token = new JWSObject(
                    JWSHeader.parse(Base64URL.encode(Json.write(header))), new Payload(Json.write(claims)));
            token.sign(key.signer());
            return token.serialize();
        } catch (ParseException | JOSEException e) {
            throw new IllegalStateException("cannot sign a token", e);
        }
    }

    /**
     * The claims of a token that this tenant issued for an audience.
     *
     * @throws RequestError 401 {@code auth.unauthorized}, with Logto's reason
     */
    public Map<String, Object> verify(String token, String audience) {
        Map<String, Object> claims = verify(token);
        if (!issuer.value().equals(claims.get("iss"))) {
            throw claimCheckFailed("ERR_JWT_CLAIM_VALIDATION_FAILED", "JWTClaimValidationFailed", "iss", claims);
        }
        if (!audience.equals(claims.get("aud"))) {
            throw claimCheckFailed("ERR_JWT_CLAIM_VALIDATION_FAILED", "JWTClaimValidationFailed", "aud", claims);
        }
        if (!(claims.get("exp") instanceof Number exp)
                || exp.longValue() <= clock.instant().getEpochSecond()) {
            throw claimCheckFailed("ERR_JWT_EXPIRED", "JWTExpired", "exp", claims);
        }
        return claims;
    }

    /** The claims of a token with a valid signature. They are not checked. */
    private Map<String, Object> verify(String token) {
        try {
            JWSObject jws = JWSObject.parse(token);
            SigningKey key = keys.find(String.valueOf(jws.getHeader().getKeyID()))
                    .orElseThrow(() -> joseError("ERR_JWKS_NO_MATCHING_KEY", "JWKSNoMatchingKey"));
            if (!key.signature().equals(jws.getHeader().getAlgorithm()) || !jws.verify(key.verifier())) {
                throw joseError("ERR_JWS_SIGNATURE_VERIFICATION_FAILED", "JWSSignatureVerificationFailed");
            }
            return Json.plainObject(Json.read(jws.getPayload().toString()));
        } catch (ParseException | JOSEException | JacksonException e) {
            throw joseError("ERR_JWS_INVALID", "JWSInvalid");
        }
    }

    private static RequestError joseError(String code, String name) {
        return RequestError.withData(401, "auth.unauthorized", Json.object("code", code, "name", name), UNAUTHORIZED);
    }

    private static RequestError claimCheckFailed(String code, String name, String claim, Map<String, Object> payload) {
        return RequestError.withData(
                401,
                "auth.unauthorized",
                Json.object("code", code, "name", name, "claim", claim, "reason", "check_failed", "payload", payload),
                UNAUTHORIZED);
    }
}
