package io.scopeguard.token;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The fingerprint of a token in a {@code Scope-Drift} header: the first 16 base64url characters of SHA-256 over the token's
 * {@code jti}, or over the text of its signature if it has no {@code jti}. Stateless.
 *
 * <pre>{@code
 * boolean isAboutMine = hint.token().equals(TokenFingerprint.of(myToken));
 * }</pre>
 *
 * @since 0.1
 */
public final class TokenFingerprint {

    private static final int LENGTH = 16;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private TokenFingerprint() {}

    /**
     * The fingerprint of a token that a client holds. The token is not verified.
     *
     * @return {@code null} if it is not a signed JWT in compact serialization, or longer than a guard accepts (64 KiB)
     */
    public static @Nullable String of(String token) {
        String[] parts = token.length() > AccessTokenVerifier.MAX_LENGTH ? new String[0] : token.split("\\.", -1);
        if (parts.length != 3) {
            return null;
        }
        try {
            JsonNode claims = JSON.readTree(Base64.getUrlDecoder().decode(parts[1]));
            JsonNode id = claims.path("jti");
            return claims.isObject() ? digest(id.isString() ? id.asString() : parts[2]) : null;
        } catch (IllegalArgumentException | JacksonException malformed) {
            return null;
        }
    }

    /** The fingerprint over the token's id, or over the text of its signature. */
    static String digest(String id) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().encodeToString(digest).substring(0, LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
