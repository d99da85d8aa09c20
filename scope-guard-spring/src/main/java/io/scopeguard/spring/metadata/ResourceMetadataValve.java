package io.scopeguard.spring.metadata;

import io.scopeguard.spring.response.ApiAddress;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.Objects;
import java.util.regex.Pattern;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Responds with the protected resource metadata at the address that RFC 9728 §3.1 defines for a resource below a context path:
 * {@code /.well-known/oauth-protected-resource}, followed by the context path or the path of the public address. A servlet of the
 * application cannot serve this path. Thread-safe.
 */
public final class ResourceMetadataValve extends ValveBase {

    private final ResourceMetadata metadata;
    private final ApiAddress address;
    private final String contextPath;
    private final Pattern path;

    /** @param contextPath the application's context path, not empty */
    public ResourceMetadataValve(ResourceMetadata metadata, ApiAddress address, String contextPath) {
        super(true);
        this.metadata = metadata;
        this.address = address;
        this.contextPath = contextPath;
        String publicPath = Objects.requireNonNullElse(address.publicPath(), contextPath);
        this.path = Pattern.compile(Pattern.quote(ApiAddress.METADATA_PATH)
                + "(?:" + Pattern.quote(contextPath) + "|" + Pattern.quote(publicPath) + ")"
                + "(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?");
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        String uri = request.getRequestURI();
        if (request.getContext() != null || !path.matcher(uri).matches() || !answer(request, response, uri)) {
            getNext().invoke(request, response);
        }
    }

    private boolean answer(Request request, Response response, String uri) throws IOException {
        switch (request.getMethod()) {
            case "GET", "HEAD" -> {
                metadata.write(
                        address.ofApi(request, contextPath),
                        address.ofResource(request, contextPath, below(uri)),
                        response);
            }
            case "OPTIONS" -> metadata.writePreflight(response);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** The part of the path after the well-known path and the context path. */
    private String below(String uri) {
        String suffix = uri.substring(ApiAddress.METADATA_PATH.length());
        return (suffix + '/').startsWith(contextPath + '/') ? suffix.substring(contextPath.length()) : suffix;
    }
}
