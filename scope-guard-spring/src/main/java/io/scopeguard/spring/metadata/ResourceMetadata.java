package io.scopeguard.spring.metadata;

import io.scopeguard.ScopeGuard;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.spring.authorization.DeclaredScopes;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.security.oauth2.server.resource.OAuth2ProtectedResourceMetadata;
import tools.jackson.databind.json.JsonMapper;

/** The protected resource metadata of this API (RFC 9728 §2). Thread-safe. */
public final class ResourceMetadata {

    private final JsonMapper json = JsonMapper.builder().build();
    private final ScopeGuard guard;
    private final DeclaredScopes declared;

    public ResourceMetadata(ScopeGuard guard, DeclaredScopes declared) {
        this.guard = guard;
        this.declared = declared;
    }

    /** Adds the members that describe the whole API. */
    public void describe(OAuth2ProtectedResourceMetadata.Builder metadata) {
        describe(metadata, declared.all());
    }

    private void describe(OAuth2ProtectedResourceMetadata.Builder metadata, Scopes scopes) {
        metadata.authorizationServers(servers -> servers.addAll(guard.issuers()))
                .tlsClientCertificateBoundAccessTokens(false);
        if (!scopes.isEmpty()) {
            // An empty list must be left out (RFC 9728 §3.2).
            metadata.scopes(supported -> supported.addAll(scopes.toList()));
        }
    }

    /**
     * Responds with the metadata of a resource identifier. It is public, also for scripts from any origin.
     *
     * @param api the address of the API, without a slash at its end
     * @param resource the same address, or one below it
     */
    void write(String api, String resource, HttpServletResponse response) throws IOException {
        OAuth2ProtectedResourceMetadata.Builder metadata =
                OAuth2ProtectedResourceMetadata.builder().resource(resource).bearerMethod("header");
        describe(metadata, scopes(api, resource));
        byte[] body = json.writeValueAsBytes(metadata.build().getClaims());
        allowAllOrigins(response);
        // The metadata may contain the address of the request, so a cache must not serve one client's response to
        // another.
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    /**
     * The scopes to request for access to a resource (RFC 9728 §2). A resource below the API's address has its own metadata, with
     * the scopes that operations declare for it. The metadata of all other addresses lists the remaining scopes.
     */
    private Scopes scopes(String api, String resource) {
        Set<Audience> audiences = declared.audiences();
        boolean isOwn = audiences.stream().anyMatch(each -> each.value().equals(resource) && isBelow(api, each));
        return audiences.stream()
                .filter(each -> isOwn ? each.value().equals(resource) : !isBelow(api, each))
                .map(declared::of)
                .reduce(Scopes.none(), Scopes::or);
    }

    /** Whether this is the audience of a resource that has its own metadata. */
    private boolean isBelow(String api, Audience audience) {
        return audience.value().startsWith(api + "/") && !declared.of(audience).isEmpty();
    }

    /** Responds to a preflight request, because some clients send additional headers such as {@code MCP-Protocol-Version}. */
    void writePreflight(HttpServletResponse response) {
        allowAllOrigins(response);
        response.setHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD");
        response.setHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, "*");
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    }

    private static void allowAllOrigins(HttpServletResponse response) {
        response.setHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    }
}
