package io.scopeguard.spring.metadata;

import io.scopeguard.ScopeGuard;
import io.scopeguard.spring.authorization.DeclaredScopes;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
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

    /** Adds the members that are the same for all resource identifiers. */
    public void describe(OAuth2ProtectedResourceMetadata.Builder metadata) {
        metadata.authorizationServers(servers -> servers.addAll(guard.issuers()))
                .scopes(scopes -> scopes.addAll(declared.all().toList()))
                .tlsClientCertificateBoundAccessTokens(false);
    }

    /** Answers with the metadata of a resource identifier. It is public, also for scripts of any origin. */
    void write(String resource, HttpServletResponse response) throws IOException {
        OAuth2ProtectedResourceMetadata.Builder metadata =
                OAuth2ProtectedResourceMetadata.builder().resource(resource).bearerMethod("header");
        describe(metadata);
        byte[] body = json.writeValueAsBytes(metadata.build().getClaims());
        allowAllOrigins(response);
        // It may name the address of the request: no cache may give one client's to another.
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    /** Answers a preflight: some clients send headers of their own, such as {@code MCP-Protocol-Version}. */
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
