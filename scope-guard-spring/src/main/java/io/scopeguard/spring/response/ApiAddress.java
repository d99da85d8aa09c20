package io.scopeguard.spring.response;

import io.scopeguard.annotation.Internal;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.security.web.util.UrlUtils;

/**
 * The address at which clients reach this API: the configured one, or else the one that the request itself names. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class ApiAddress {

    /** Where the protected resource metadata (RFC 9728) is, below the context path. */
    public static final String METADATA_PATH = "/.well-known/oauth-protected-resource";

    private final @Nullable String configured;

    /** @param configured the public address of the context path, without a slash at its end */
    public ApiAddress(@Nullable String configured) {
        this.configured = configured;
    }

    /** The path of the configured address, or {@code null} if no address is configured. */
    public @Nullable String publicPath() {
        return configured == null ? null : URI.create(configured).getRawPath();
    }

    /** The address of the metadata: below the context path, where this application answers. */
    String ofMetadata(HttpServletRequest request) {
        return base(request, request.getContextPath()) + METADATA_PATH;
    }

    /**
     * The resource identifier that the metadata at a path is about (RFC 9728 §3.1): an identifier with a path has that path after
     * the well-known one.
     *
     * @param contextPath the application's, which the request may lack
     * @param path the part after the well-known path in the request; may be empty
     */
    public String ofResource(HttpServletRequest request, String contextPath, String path) {
        String base = base(request, contextPath);
        String basePath = URI.create(base).getRawPath();
        String suffix = path.equals("/") ? "" : path;
        boolean complete = !basePath.isEmpty() && (suffix + '/').startsWith(basePath + '/');
        return complete ? base + suffix.substring(basePath.length()) : base + suffix;
    }

    private String base(HttpServletRequest request, String contextPath) {
        return configured != null
                ? configured
                : UrlUtils.buildFullRequestUrl(
                        request.getScheme(), request.getServerName(), request.getServerPort(), contextPath, null);
    }
}
