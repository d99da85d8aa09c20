package io.scopeguard.logto;

import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a Logto tenant is. Everything else follows from its endpoint.
 *
 * @param endpoint in lower case, without default port or trailing slash, e.g. {@code https://abc.logto.app}
 * @param plainHttpHosts hosts that may be talked to by plain http, in lower case, beside the loopback interface. Whoever can
 *     listen on the way reads the application's secret, and whoever can answer in the host's place decides who gets in
 */
public record LogtoTenant(URI endpoint, Set<String> plainHttpHosts) {

    private static final String OIDC = "/oidc";
    private static final String CLOUD_DOMAIN = ".logto.app";
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    /**
     * A tenant that is talked to by https, or on the loopback interface.
     *
     * @throws IllegalArgumentException as {@link #LogtoTenant(URI, Set)}
     */
    public LogtoTenant(URI endpoint) {
        this(endpoint, Set.of());
    }

    /**
     * @throws IllegalArgumentException if the endpoint is neither an https URL nor one of plain http to the loopback interface or
     *     to one of those hosts, or is the issuer
     */
    public LogtoTenant {
        plainHttpHosts = Set.copyOf(plainHttpHosts);
        String host = endpoint.getHost();
        boolean secure = "https".equalsIgnoreCase(endpoint.getScheme());
        boolean local = "http".equalsIgnoreCase(endpoint.getScheme())
                && host != null
                && (LOOPBACK.contains(host.toLowerCase(Locale.ROOT))
                        || plainHttpHosts.contains(host.toLowerCase(Locale.ROOT)));
        if (host == null || !(secure || local) || !isBare(endpoint)) {
            throw new IllegalArgumentException("must be an https URL such as https://abc.logto.app; http is taken to"
                    + " localhost, 127.0.0.1 and [::1], and to hosts that are allowed by name");
        }
        endpoint = canonical(endpoint, host);
        if (endpoint.getPath().endsWith(OIDC)) {
            throw new IllegalArgumentException("must be the tenant's endpoint, without " + OIDC);
        }
    }

    /** As Logto writes it into tokens, where it is compared letter by letter. */
    private static URI canonical(URI endpoint, String host) {
        String scheme = endpoint.getScheme().toLowerCase(Locale.ROOT);
        int defaultPort = scheme.equals("https") ? 443 : 80;
        int port = endpoint.getPort() == defaultPort ? -1 : endpoint.getPort();
        String path = endpoint.getRawPath();
        return URI.create(scheme + "://" + host.toLowerCase(Locale.ROOT) + (port < 0 ? "" : ":" + port)
                + (path.endsWith("/") ? path.substring(0, path.length() - 1) : path));
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
        String host = endpoint.getHost();
        return "https://" + (host.endsWith(CLOUD_DOMAIN) ? host : "default" + CLOUD_DOMAIN) + "/api";
    }
}
