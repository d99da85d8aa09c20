package io.scopeguard.logtobox.oidc;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.wire.Json;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** The OpenID endpoints that require no client authentication: discovery, keys, userinfo, sign-out. */
final class OidcDocuments {

    private static final String JSON = "application/json; charset=utf-8";

    private final Issuer issuer;
    private final SigningKeys keys;
    private final Grants grants;
    private final Directory directory;
    private final UserClaims userClaims;
    private final OidcErrors errors;

    OidcDocuments(
            Issuer issuer,
            SigningKeys keys,
            Grants grants,
            Directory directory,
            UserClaims userClaims,
            OidcErrors errors) {
        this.issuer = issuer;
        this.keys = keys;
        this.grants = grants;
        this.directory = directory;
        this.userClaims = userClaims;
        this.errors = errors;
    }

    RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .GET("/oidc/.well-known/openid-configuration", request -> json(200, discovery()))
                .GET("/oidc/.well-known/oauth-authorization-server", request -> json(200, discovery()))
                .GET("/oidc/jwks", request -> jwks())
                .GET("/oidc/me", this::userinfo)
                .POST("/oidc/me", this::userinfo)
                .GET("/oidc/session/end", this::endSession)
                .build();
    }

    private ServerResponse jwks() {
        return ServerResponse.ok()
                .contentType(MediaType.parseMediaType("application/jwk-set+json; charset=utf-8"))
                .header(HttpHeaders.CACHE_CONTROL, "no-cache, max-age=0, must-revalidate")
                .body(Json.write(Map.of("keys", keys.published())));
    }

    private ServerResponse userinfo(ServerRequest request) {
        String authorization = Optional.ofNullable(request.headers().firstHeader(HttpHeaders.AUTHORIZATION))
                .orElse("");
        return grants.findOpaque(authorization.replaceFirst("(?i)^Bearer ", ""))
                .flatMap(this::claims)
                .map(claims -> json(200, claims))
                .orElseGet(this::invalidToken);
    }

    private Optional<Map<String, @Nullable Object>> claims(Grants.OpaqueToken token) {
        return directory
                .users()
                .find(token.grant().userId())
                .filter(user -> !user.isSuspended())
                .map(user -> userClaims.userinfo(user, ScopeNames.split(token.scope())));
    }

    private ServerResponse invalidToken() {
        OidcException error = OidcException.of(401, "invalid_token", "invalid token provided");
        return ServerResponse.status(HttpStatus.UNAUTHORIZED)
                .contentType(MediaType.parseMediaType(JSON))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header(HttpHeaders.WWW_AUTHENTICATE, errors.challenge(error))
                .body(Json.write(OidcErrors.body(error)));
    }

    /** Ends the session and redirects to the given address, if an application has registered it. */
    private ServerResponse endSession(ServerRequest request) {
        var session = request.servletRequest().getSession(false);
        if (session != null) {
            session.invalidate();
        }
        String target = request.param("post_logout_redirect_uri").orElse("");
        boolean registered = directory.applications().all().stream()
                .anyMatch(each ->
                        each.oidcClientMetadata().postLogoutRedirectUris().contains(target));
        return ServerResponse.seeOther(registered ? URI.create(target) : URI.create("/sign-in?signed-out"))
                .build();
    }

    private static ServerResponse json(int status, Object body) {
        return ServerResponse.status(status)
                .contentType(MediaType.parseMediaType(JSON))
                .body(Json.write(body));
    }

    private Map<String, @Nullable Object> discovery() {
        String base = issuer.value();
        return Json.object(
                "authorization_endpoint",
                base + "/auth",
                "claims_parameter_supported",
                false,
                "claims_supported",
                List.of(
                        "sub",
                        "name",
                        "preferred_username",
                        "picture",
                        "updated_at",
                        "username",
                        "created_at",
                        "email",
                        "email_verified",
                        "roles",
                        "organizations",
                        "organization_data",
                        "organization_roles",
                        "iss"),
                "code_challenge_methods_supported",
                List.of("S256"),
                "end_session_endpoint",
                base + "/session/end",
                "grant_types_supported",
                List.of("authorization_code", "refresh_token", "client_credentials", TokenExchangeGrant.GRANT_TYPE),
                "issuer",
                base,
                "jwks_uri",
                base + "/jwks",
                "authorization_response_iss_parameter_supported",
                true,
                "response_modes_supported",
                List.of("query"),
                "response_types_supported",
                List.of("code"),
                "scopes_supported",
                ScopeNames.OIDC,
                "subject_types_supported",
                List.of("public"),
                "token_endpoint_auth_methods_supported",
                List.of("client_secret_basic", "client_secret_post", "none"),
                "token_endpoint",
                base + "/token",
                "id_token_signing_alg_values_supported",
                List.of(keys.current().signature().getName()),
                "userinfo_endpoint",
                base + "/me",
                "introspection_endpoint",
                base + "/token/introspection",
                "revocation_endpoint",
                base + "/token/revocation",
                "claim_types_supported",
                List.of("normal"));
    }
}
