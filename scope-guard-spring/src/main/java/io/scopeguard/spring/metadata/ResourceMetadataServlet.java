package io.scopeguard.spring.metadata;

import io.scopeguard.spring.response.ApiAddress;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Responds with the protected resource metadata at its well-known path and at the paths below it. Thread-safe. */
public final class ResourceMetadataServlet extends HttpServlet {

    private static final long serialVersionUID = 1;

    private final transient ResourceMetadata metadata;
    private final transient ApiAddress address;

    public ResourceMetadataServlet(ResourceMetadata metadata, ApiAddress address) {
        this.metadata = metadata;
        this.address = address;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String contextPath = request.getContextPath();
        String wellKnown = contextPath + ApiAddress.METADATA_PATH;
        String path = request.getRequestURI().substring(wellKnown.length());
        metadata.write(address.ofApi(request, contextPath), address.ofResource(request, contextPath, path), response);
    }

    @Override
    protected void doOptions(HttpServletRequest request, HttpServletResponse response) {
        metadata.writePreflight(response);
    }
}
