package io.scopeguard.token;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.scopeguard.provider.Subject;
import io.scopeguard.provider.TokenClaims;
import io.scopeguard.provider.TokenContent;
import io.scopeguard.provider.TokenGrant;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.role.RoleKind;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.text.ParseException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A verified access token. An instance is the proof of verification: only {@link AccessTokenVerifier} makes them.
 *
 * <p>A token may permit something in several organizations. An instance is the view of one of them: audience, organization, scopes
 * and roles belong to that view, everything else to the token. The verifier returns the view of the token's organization if it is
 * for exactly one, and otherwise the view outside of organizations, which may permit nothing. {@link #in}, {@link #outside} and
 * {@link #forAudience} return the other views.
 *
 * <p>Immutable, except for results that are derived from it.
 *
 * @since 0.1
 */
public final class AccessToken {

    private final Shared shared;
    private final TokenGrant grant;
    private final TokenKind kind;
    private volatile TokenValue.@Nullable Entry values;

    private AccessToken(Shared shared, TokenGrant grant) {
        this.shared = shared;
        this.grant = grant;
        this.kind = TokenKind.of(grant.audience(), grant.organization());
    }

    /**
     * A token that was read.
     *
     * @param payload the text of the claims
     * @param signature the third part of the compact serialization
     */
    static AccessToken of(TokenContent content, TokenClaims claims, String payload, String signature) {
        return new Shared(content, claims, payload, signature).main;
    }

    /** The user or application that the token was issued for. */
    public Subject subject() {
        return shared.content.subject();
    }

    /** The application that the token was issued to. */
    public String clientId() {
        return shared.content.clientId();
    }

    /** The party that acts for the subject (RFC 8693 {@code act.sub}), or {@code null} if there is none. */
    public @Nullable String actor() {
        return shared.content.actor();
    }

    public Audience audience() {
        return grant.audience();
    }

    /** The organization that this view's scopes hold in, or {@code null} if they hold outside of organizations. */
    public @Nullable String organization() {
        return grant.organization();
    }

    public TokenKind kind() {
        return kind;
    }

    /** The permissions of this view, without OpenID Connect's scopes. */
    public Scopes scopes() {
        return grant.scopes();
    }

    /**
     * The names of the subject's roles, or {@code null} if the token carries no roles of this kind. Organization roles are those in
     * this view's organization.
     */
    public @Nullable Set<String> roles(RoleKind kind) {
        return kind == RoleKind.GLOBAL ? shared.content.globalRoles() : grant.roles();
    }

    /** The view of an organization, or {@code null} if the token is not for it. */
    public @Nullable AccessToken in(String organization) {
        for (AccessToken view : shared.views) {
            if (organization.equals(view.organization())) {
                return view;
            }
        }
        return null;
    }

    /** The view outside of organizations, or this view if the token has none. */
    public AccessToken outside() {
        for (AccessToken view : shared.views) {
            if (view.organization() == null) {
                return view;
            }
        }
        return this;
    }

    /** The organization of the token, or {@code null} if it is for none or for several. */
    public @Nullable String onlyOrganization() {
        return shared.onlyOrganization;
    }

    /** The view of the same organization for another audience, or this view if there is none. */
    public AccessToken forAudience(Audience audience) {
        if (audience.equals(audience())) {
            return this;
        }
        for (AccessToken view : shared.views) {
            if (audience.equals(view.audience()) && Objects.equals(organization(), view.organization())) {
                return view;
            }
        }
        return this;
    }

    /** All views of the token, at least one. The verifier returns the first one. */
    public List<AccessToken> views() {
        return shared.views;
    }

    /** Whole seconds, by the issuer's clock. */
    public Instant issuedAt() {
        return shared.issuedAt;
    }

    /** Whole seconds, by the issuer's clock. */
    public Instant expiresAt() {
        return shared.expiresAt;
    }

    public String issuer() {
        return shared.issuer;
    }

    /**
     * The first 16 base64url characters of SHA-256 over {@code jti}, or over the signature's text if there is no {@code jti}. It
     * identifies the token without revealing it.
     */
    public String fingerprint() {
        return shared.fingerprint;
    }

    /**
     * All claims as they were received, unmodifiable. They are parsed again for each call, because few applications need them, and
     * a token without them takes a third less memory.
     */
    public Map<String, Object> claims() {
        try {
            return Collections.unmodifiableMap(JSONObjectUtils.parse(shared.payload));
        } catch (ParseException e) {
            throw new IllegalStateException("a payload that was parsed before", e);
        }
    }

    /** Whether no user is present: an application acts on its own behalf or for another party. */
    public boolean isNonInteractive() {
        return subject().type() == Subject.Type.APPLICATION || actor() != null;
    }

    /** Kind and fingerprint, without the token and its subject. */
    @Override
    public String toString() {
        return kind() + " " + fingerprint();
    }

    /** The time from which the token is valid, which is not before its issue. */
    Instant notBefore() {
        return shared.notBefore;
    }

    TokenValue.@Nullable Entry values() {
        return values;
    }

    void add(TokenValue.Entry value) {
        values = value;
    }

    /** The part that all views of a token share. */
    private static final class Shared {

        private final TokenContent content;
        private final String issuer;
        private final Instant issuedAt;
        private final Instant notBefore;
        private final Instant expiresAt;
        private final String fingerprint;
        private final String payload;
        private final AccessToken main;
        private final List<AccessToken> views;
        private final @Nullable String onlyOrganization;

        private Shared(TokenContent content, TokenClaims claims, String payload, String signature) {
            this.content = content;
            this.issuer = claims.text("iss");
            this.issuedAt = claims.time("iat");
            this.expiresAt = claims.time("exp");
            this.notBefore = claims.has("nbf") ? later(issuedAt, claims.time("nbf")) : issuedAt;
            this.fingerprint = TokenFingerprint.digest(content.id() == null ? signature : content.id());
            this.payload = payload;
            this.onlyOrganization = onlyOrganization(content.grants());
            List<TokenGrant> grants = withMain(content.grants(), onlyOrganization);
            List<AccessToken> all = new ArrayList<>(grants.size());
            grants.forEach(grant -> all.add(new AccessToken(this, grant)));
            this.main = all.get(0);
            this.views = List.copyOf(all);
        }

        /** The same grants, with the main one first: that of the only organization, or that outside of organizations. */
        private static List<TokenGrant> withMain(List<TokenGrant> grants, @Nullable String onlyOrganization) {
            TokenGrant main = grants.stream()
                    .filter(grant -> Objects.equals(grant.organization(), onlyOrganization))
                    .findFirst()
                    .orElseGet(() -> TokenGrant.of(grants.get(0).audience(), null, Scopes.none()));
            List<TokenGrant> ordered = new ArrayList<>(grants);
            ordered.remove(main);
            ordered.add(0, main);
            return ordered;
        }

        private static @Nullable String onlyOrganization(List<TokenGrant> grants) {
            List<String> organizations = grants.stream()
                    .map(TokenGrant::organization)
                    .filter(Objects::nonNull)
                    .distinct()
                    .limit(2)
                    .toList();
            return organizations.size() == 1 ? organizations.get(0) : null;
        }

        private static Instant later(Instant a, Instant b) {
            return a.isAfter(b) ? a : b;
        }
    }
}
