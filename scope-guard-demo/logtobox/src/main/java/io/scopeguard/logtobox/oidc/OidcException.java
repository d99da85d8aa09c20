package io.scopeguard.logtobox.oidc;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;

/** An error of the OpenID endpoints, with Logto's status and scope. */
final class OidcException extends OAuth2AuthenticationException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final @Nullable String scope;

    private OidcException(int status, String error, String description, @Nullable String scope) {
        super(new OAuth2Error(error, description, null));
        this.status = status;
        this.scope = scope;
    }

    static OidcException of(int status, String error, String description) {
        return new OidcException(status, error, description, null);
    }

    /** An invalid grant, without a reason. */
    static OidcException invalidGrant() {
        return of(400, "invalid_grant", "grant request is invalid");
    }

    static OidcException invalidRequest(String description) {
        return of(400, "invalid_request", description);
    }

    static OidcException invalidTarget() {
        return of(400, "invalid_target", "resource indicator is missing, or unknown");
    }

    static OidcException accessDenied(String description) {
        return of(403, "access_denied", description);
    }

    static OidcException invalidClient() {
        return of(401, "invalid_client", "client authentication failed");
    }

    static OidcException unknownClient(String clientId) {
        return of(400, "invalid_client", "invalid client " + clientId);
    }

    static OidcException missingScopes(String scopes) {
        String noun = scopes.indexOf(' ') < 0 ? "scope" : "scopes";
        return new OidcException(400, "invalid_scope", "refresh token missing requested " + noun, scopes);
    }

    static OidcException insufficientScope(String scope) {
        return new OidcException(403, "insufficient_scope", "refresh token missing required scope", scope);
    }

    int status() {
        return status;
    }

    String error() {
        return getError().getErrorCode();
    }

    String description() {
        return Objects.requireNonNullElse(getError().getDescription(), "");
    }

    @Nullable
    String scope() {
        return scope;
    }
}
