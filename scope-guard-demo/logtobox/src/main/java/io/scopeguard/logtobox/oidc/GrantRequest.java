package io.scopeguard.logtobox.oidc;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationGrantAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

/** A token request of one of Logto's own grants, by an authenticated client. */
final class GrantRequest extends OAuth2AuthorizationGrantAuthenticationToken {

    private static final long serialVersionUID = 1L;

    private static final Set<String> PARAMETERS = Set.of(
            "refresh_token",
            "scope",
            "organization_id",
            "resource",
            "subject_token",
            "subject_token_type",
            "actor_token",
            "actor_token_type");

    private GrantRequest(AuthorizationGrantType type, Authentication client, Map<String, Object> parameters) {
        super(type, client, parameters);
    }

    static GrantRequest of(String grantType, Authentication client, HttpServletRequest request) {
        Map<String, Object> parameters = PARAMETERS.stream()
                .filter(name -> !single(request, name).isEmpty())
                .collect(Collectors.toUnmodifiableMap(name -> name, name -> single(request, name)));
        return new GrantRequest(new AuthorizationGrantType(grantType), client, parameters);
    }

    /** Rejects repeated codes, because the framework's check of the code verifier fails on them. Authenticates nobody. */
    static @Nullable Authentication refuseRepeatedCode(HttpServletRequest request) {
        single(request, "code");
        return null;
    }

    private static String single(HttpServletRequest request, String name) {
        String[] values = request.getParameterValues(name);
        if (values == null) {
            return "";
        }
        if (values.length > 1) {
            throw name.equals("resource")
                    ? OidcException.of(
                            400,
                            "invalid_target",
                            "only a single resource indicator value is supported for this grant type")
                    : OidcException.invalidRequest("'" + name + "' parameter must not be provided twice");
        }
        return values[0];
    }

    RegisteredClient client() {
        RegisteredClient client = getPrincipal() instanceof OAuth2ClientAuthenticationToken authenticated
                ? authenticated.getRegisteredClient()
                : null;
        if (client == null) {
            throw OidcException.invalidClient();
        }
        return client;
    }

    String clientId() {
        return client().getClientId();
    }

    OAuth2ClientAuthenticationToken clientPrincipal() {
        return (OAuth2ClientAuthenticationToken) getPrincipal();
    }

    @Nullable
    String parameter(String name) {
        return (String) getAdditionalParameters().get(name);
    }

    String require(String... names) {
        String missing = Stream.of(names)
                .filter(name -> parameter(name) == null)
                .map(name -> "'" + name + "'")
                .collect(Collectors.joining(", "));
        if (!missing.isEmpty()) {
            throw OidcException.invalidRequest("missing required parameter(s): " + missing);
        }
        return String.valueOf(getAdditionalParameters().get(names[0]));
    }

    @Nullable
    String organizationId() {
        return parameter("organization_id");
    }

    @Nullable
    String resource() {
        return parameter("resource");
    }

    Set<String> scopes() {
        return ScopeNames.split(parameter("scope"));
    }
}
