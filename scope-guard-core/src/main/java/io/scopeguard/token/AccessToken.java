package io.scopeguard.token;

import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A verified access token. An instance is the proof of verification: only {@link AccessTokenVerifier} makes them.
 * Immutable.
 */
public final class AccessToken {

    private static final int FINGERPRINT_LENGTH = 16;

    private final TokenLayout.Context context;
    private final Subject subject;
    private final String clientId;
    private final @Nullable String actor;
    private final Scopes scopes;
    private final Instant issuedAt;
    private final Instant notBefore;
    private final Instant expiresAt;
    private final String issuer;
    private final String fingerprint;
    private final Map<String, Object> claims;

    AccessToken(TokenLayout.Context context, Scopes scopes, Claims claims) {
        this.context = context;
        this.scopes = scopes;
        this.issuer = claims.text("iss");
        this.clientId = claims.text("client_id");
        this.subject = subjectOf(claims.text("sub"), clientId);
        this.actor = claims.actor();
        this.issuedAt = claims.time("iat");
        this.expiresAt = claims.time("exp");
        this.fingerprint = fingerprintOf(claims.text("jti"));
        this.notBefore = claims.has("nbf") ? later(issuedAt, claims.time("nbf")) : issuedAt;
        this.claims = claims.asMap();
    }

    /** Whom the token speaks for: the application itself where {@code sub} and {@code client_id} are the same. */
    public Subject subject() {
        return subject;
    }

    /** The application that the token was issued to. */
    public String clientId() {
        return clientId;
    }

    /** Who acts for the subject (RFC 8693 {@code act.sub}), if somebody does. */
    public @Nullable String actor() {
        return actor;
    }

    public Audience audience() {
        return context.audience();
    }

    /** The organization that the token's scopes hold in, if it is for one. */
    public @Nullable String organization() {
        return context.organization();
    }

    public TokenKind kind() {
        if (audience().isOrganization()) {
            return TokenKind.ORGANIZATION;
        }
        return organization() == null ? TokenKind.RESOURCE : TokenKind.ORGANIZATION_RESOURCE;
    }

    /** The permissions the token carries; OpenID Connect's scopes are none. */
    public Scopes scopes() {
        return scopes;
    }

    /** Whole seconds, by the issuer's clock. */
    public Instant issuedAt() {
        return issuedAt;
    }

    /** Whole seconds, by the issuer's clock. */
    public Instant expiresAt() {
        return expiresAt;
    }

    public String issuer() {
        return issuer;
    }

    /** The first 16 base64url characters of SHA-256 over {@code jti}: names the token without giving it away. */
    public String fingerprint() {
        return fingerprint;
    }

    /** All claims as they came, unmodifiable. */
    public Map<String, Object> claims() {
        return claims;
    }

    /** Whether no person is there to be asked: an application for itself, or one acting for somebody. */
    public boolean isNonInteractive() {
        return subject.type() == Subject.Type.APPLICATION || actor != null;
    }

    /** Kind and fingerprint; neither the token nor whom it speaks for. */
    @Override
    public String toString() {
        return kind() + " " + fingerprint;
    }

    /** From when on the token is valid: not before it is issued. */
    Instant notBefore() {
        return notBefore;
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private static Subject subjectOf(String sub, String clientId) {
        return new Subject(sub.equals(clientId) ? Subject.Type.APPLICATION : Subject.Type.USER, sub);
    }

    private static String fingerprintOf(String jti) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(jti.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().encodeToString(digest).substring(0, FINGERPRINT_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
