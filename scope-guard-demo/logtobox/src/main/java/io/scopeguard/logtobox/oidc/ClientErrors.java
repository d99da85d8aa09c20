package io.scopeguard.logtobox.oidc;

import io.scopeguard.logtobox.directory.Directory;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;

/** Turns the framework's errors into Logto's. */
final class ClientErrors {

    private final Directory directory;
    private final OidcErrors errors;

    ClientErrors(Directory directory, OidcErrors errors) {
        this.directory = directory;
        this.errors = errors;
    }

    /** The client is not authenticated, or a code is sent without proof of possession. */
    void clientRefused(HttpServletRequest request, HttpServletResponse response, AuthenticationException exception)
            throws IOException {
        OidcException error = translate(exception);
        String clientId = clientId(request);
        boolean unknown = error.error().equals("invalid_client")
                && clientId != null
                && !directory.applications().contains(clientId);
        errors.write(request, response, unknown ? OidcException.unknownClient(String.valueOf(clientId)) : error);
    }

    void requestRefused(HttpServletRequest request, HttpServletResponse response, AuthenticationException exception)
            throws IOException {
        errors.write(request, response, translate(exception));
    }

    void clientMissing(HttpServletRequest request, HttpServletResponse response, AuthenticationException exception)
            throws IOException {
        errors.write(request, response, OidcException.invalidRequest("no client authentication mechanism provided"));
    }

    private static OidcException translate(AuthenticationException exception) {
        if (exception instanceof OidcException ours) {
            return ours;
        }
        String code = exception instanceof OAuth2AuthenticationException oauth
                ? oauth.getError().getErrorCode()
                : "invalid_request";
        return switch (code) {
            case "invalid_grant" -> OidcException.invalidGrant();
            case "invalid_client" -> OidcException.invalidClient();
            case "unsupported_grant_type" -> OidcException.of(400, code, "unsupported grant_type requested");
            case "unauthorized_client" ->
                OidcException.invalidRequest("requested grant type is not allowed for this client");
            default -> OidcException.invalidRequest("missing or repeated parameter");
        };
    }

    private static @Nullable String clientId(HttpServletRequest request) {
        return basicUser(request.getHeader(HttpHeaders.AUTHORIZATION)).orElse(request.getParameter("client_id"));
    }

    private static Optional<String> basicUser(@Nullable String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, "Basic ", 0, 6)) {
            return Optional.empty();
        }
        try {
            byte[] decoded =
                    Base64.getDecoder().decode(authorization.substring(6).strip());
            String credentials = new String(decoded, StandardCharsets.UTF_8);
            int colon = credentials.indexOf(':');
            return colon < 0 ? Optional.empty() : Optional.of(credentials.substring(0, colon));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
