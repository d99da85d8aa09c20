package io.scopeguard.logto;

import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a Logto tenant is. Everything else follows from its endpoint.
 *
 * @param endpoint without a trailing slash, e.g. {@code https://abc.logto.app}
 */
public record LogtoTenant(URI endpoint) {

    private static final String OIDC = "/oidc";
    private static final String CLOUD_DOMAIN = ".logto.app";
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    /**
     * @throws IllegalArgumentException if the endpoint is not an https URL (http will do on the loopback interface), or is the
     *     issuer
     */
    public LogtoTenant {
        String host = endpoint.getHost();
        boolean secure = "https".equalsIgnoreCase(endpoint.getScheme());
        boolean local = "http".equalsIgnoreCase(endpoint.getScheme()) && host != null && LOOPBACK.contains(host);
        if (host == null || !(secure || local) || !isBare(endpoint)) {
            throw new IllegalArgumentException("must be an https URL such as https://abc.logto.app");
        }
        String text = endpoint.toString();
        endpoint = text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : endpoint;
        if (endpoint.getPath().endsWith(OIDC)) {
            throw new IllegalArgumentException("must be the tenant's endpoint, without " + OIDC);
        }
    }

    private static boolean isBare(URI endpoint) {
        return endpoint.getQuery() == null && endpoint.getFragment() == null && endpoint.getUserInfo() == null;
    }

    public String issuer() {
        return endpoint + OIDC;
    }

    public URI jwkSetUri() {
        return URI.create(issuer() + "/jwks");
    }

    URI tokenEndpoint() {
        return URI.create(issuer() + "/token");
    }

    URI api(String path) {
        return URI.create(endpoint + "/api" + path);
    }

    /** The resource indicator of the tenant's Management API: its own on Logto Cloud, a fixed one elsewhere. */
    String managementResource(@Nullable String configured) {
        if (configured != null) {
            return configured;
        }
        String host = endpoint.getHost().toLowerCase(Locale.ROOT);
        return "https://" + (host.endsWith(CLOUD_DOMAIN) ? host : "default" + CLOUD_DOMAIN) + "/api";
    }
}
