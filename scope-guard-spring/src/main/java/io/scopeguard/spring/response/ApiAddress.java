package io.scopeguard.spring.response;

import io.scopeguard.annotation.Internal;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.security.web.util.UrlUtils;

/**
 * The address at which clients reach this API: the configured one, or else the address of the request. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class ApiAddress {

    /** The path of the protected resource metadata (RFC 9728), below the context path. */
    public static final String METADATA_PATH = "/.well-known/oauth-protected-resource";

    private final @Nullable String configured;
    private final Set<String> resources;

    /**
     * @param configured the public address of the context path, without a slash at its end
     * @param resources the resource indicators of this API
     */
    public ApiAddress(@Nullable String configured, Set<String> resources) {
        this.configured = configured;
        this.resources = Set.copyOf(resources);
    }

    /** The path of the configured address, or {@code null} if no address is configured. */
    public @Nullable String publicPath() {
        return configured == null ? null : URI.create(configured).getRawPath();
    }

    /**
     * The address of the metadata, which this application serves below the context path. If the path of the request, or a path
     * above it, is a separate resource, such as an MCP endpoint, this is the address of that resource's metadata (RFC 9728 §3.1).
     */
    String ofMetadata(HttpServletRequest request) {
        String base = ofApi(request, request.getContextPath());
        return base
                + METADATA_PATH
                + ofOwnResource(
                        base,
                        request.getRequestURI()
                                .substring(request.getContextPath().length()));
    }

    /** The longest beginning of the path that is the path of a resource, or an empty string. */
    private String ofOwnResource(String base, String path) {
        String own = path;
        while (!own.isEmpty() && !resources.contains(base + own)) {
            own = own.substring(0, own.lastIndexOf('/'));
        }
        return own;
    }

    /**
     * The resource identifier of the metadata at a path (RFC 9728 §3.1). The path of an identifier follows the well-known path.
     *
     * @param contextPath the application's context path, which the request may lack
     * @param path the part after the well-known path in the request; may be empty
     */
    public String ofResource(HttpServletRequest request, String contextPath, String path) {
        String base = ofApi(request, contextPath);
        String basePath = URI.create(base).getRawPath();
        String suffix = path.equals("/") ? "" : path;
        boolean complete = !basePath.isEmpty() && (suffix + '/').startsWith(basePath + '/');
        return complete ? base + suffix.substring(basePath.length()) : base + suffix;
    }

    /**
     * The address of the context path, without a slash at its end.
     *
     * @param contextPath the application's, which the request may lack
     */
    public String ofApi(HttpServletRequest request, String contextPath) {
        return configured != null
                ? configured
                : UrlUtils.buildFullRequestUrl(
                        request.getScheme(), request.getServerName(), request.getServerPort(), contextPath, null);
    }
}
