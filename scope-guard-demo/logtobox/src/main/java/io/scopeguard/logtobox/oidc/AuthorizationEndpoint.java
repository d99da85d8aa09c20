package io.scopeguard.logtobox.oidc;

import io.scopeguard.logtobox.directory.Application;
import io.scopeguard.logtobox.directory.Directory;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationContext;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationException;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationToken;
import org.springframework.web.util.UriComponentsBuilder;

/** The behaviour of Logto's authorization endpoint: the accepted requests, and the responses. */
final class AuthorizationEndpoint {

    private final Directory directory;
    private final Issuer issuer;
    private final OidcErrors errors;

    AuthorizationEndpoint(Directory directory, Issuer issuer, OidcErrors errors) {
        this.directory = directory;
        this.issuer = issuer;
        this.errors = errors;
    }

    /** Accepts any scope, and drops unknown ones later, but rejects unknown resources and redirect URIs. */
    void validate(OAuth2AuthorizationCodeRequestAuthenticationContext context) {
        OAuth2AuthorizationCodeRequestAuthenticationToken request = context.getAuthentication();
        Application application =
                directory.applications().find(request.getClientId()).orElseThrow();
        if (!isRegistered(application, request.getRedirectUri())) {
            throw refused(
                    "invalid_redirect_uri",
                    "redirect_uri did not match any of the client's registered redirect_uris",
                    null);
        }
        AuthorizationParameters.resources(request.getAdditionalParameters()).stream()
                .filter(resource -> !isKnown(resource))
                .findFirst()
                .ifPresent(resource -> {
                    throw refused("invalid_target", "resource indicator is missing, or unknown", request);
                });
    }

    /** First-party applications need no consent unless they request it. */
    boolean needsConsent(OAuth2AuthorizationCodeRequestAuthenticationContext context) {
        OAuth2AuthorizationCodeRequestAuthenticationToken request = context.getAuthentication();
        return AuthorizationParameters.prompts(request.getAdditionalParameters())
                        .contains("consent")
                || directory
                        .applications()
                        .find(request.getClientId())
                        .map(Application::isThirdParty)
                        .orElse(false);
    }

    void respond(HttpServletRequest request, HttpServletResponse response, Authentication authentication) {
        OAuth2AuthorizationCodeRequestAuthenticationToken result =
                (OAuth2AuthorizationCodeRequestAuthenticationToken) authentication;
        UriComponentsBuilder location = UriComponentsBuilder.fromUriString(String.valueOf(result.getRedirectUri()))
                .queryParam(
                        "code",
                        java.util.Objects.requireNonNull(result.getAuthorizationCode())
                                .getTokenValue());
        redirect(response, location, result.getState());
    }

    void refuse(HttpServletRequest request, HttpServletResponse response, AuthenticationException exception)
            throws IOException {
        OAuth2Error error = ((OAuth2AuthenticationException) exception).getError();
        OAuth2AuthorizationCodeRequestAuthenticationToken refused = requestOf(exception);
        if (refused == null || refused.getRedirectUri() == null) {
            errors.write(request, response, withoutRedirect(request, error));
            return;
        }
        UriComponentsBuilder location = UriComponentsBuilder.fromUriString(refused.getRedirectUri())
                .queryParam("error", error.getErrorCode())
                .queryParam("error_description", "{description}");
        redirect(response, location, refused.getState(), describe(error));
    }

    private static String describe(OAuth2Error error) {
        return error.getErrorCode().equals("access_denied")
                ? "End-User aborted interaction"
                : String.valueOf(error.getDescription());
    }

    private OidcException withoutRedirect(HttpServletRequest request, OAuth2Error error) {
        String clientId = request.getParameter("client_id");
        boolean unknown = clientId != null && !directory.applications().contains(clientId);
        return unknown
                ? OidcException.of(400, "invalid_client", "client is invalid")
                : OidcException.of(400, error.getErrorCode(), String.valueOf(error.getDescription()));
    }

    private void redirect(HttpServletResponse response, UriComponentsBuilder location, @Nullable String state) {
        redirect(response, location, state, null);
    }

    private void redirect(
            HttpServletResponse response,
            UriComponentsBuilder location,
            @Nullable String state,
            @Nullable String description) {
        if (state != null) {
            location.queryParam("state", "{state}");
        }
        location.queryParam("iss", "{iss}");
        URI target = location.encode()
                .buildAndExpand(Map.of(
                        "state", state == null ? "" : state,
                        "iss", issuer.value(),
                        "description", description == null ? "" : description))
                .toUri();
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        response.setHeader(HttpHeaders.LOCATION, target.toString());
    }

    private boolean isKnown(String resource) {
        return resource.equals(ScopeNames.ORGANIZATIONS_RESOURCE)
                || directory.resourceByIndicator(resource).isPresent();
    }

    private static boolean isRegistered(Application application, @Nullable String redirectUri) {
        var registered = application.oidcClientMetadata().redirectUris();
        if (redirectUri == null) {
            return registered.size() == 1;
        }
        return registered.contains(redirectUri)
                || registered.stream().anyMatch(each -> LoopbackRedirect.matches(each, redirectUri));
    }

    private static @Nullable OAuth2AuthorizationCodeRequestAuthenticationToken requestOf(
            AuthenticationException exception) {
        return exception instanceof OAuth2AuthorizationCodeRequestAuthenticationException refusal
                ? refusal.getAuthorizationCodeRequestAuthentication()
                : null;
    }

    private static OAuth2AuthorizationCodeRequestAuthenticationException refused(
            String error, String description, @Nullable OAuth2AuthorizationCodeRequestAuthenticationToken request) {
        return new OAuth2AuthorizationCodeRequestAuthenticationException(
                new OAuth2Error(error, description, null), request);
    }
}
