package io.scopeguard.logto;

import io.scopeguard.provider.http.ProviderAddress;
import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The address of a Logto tenant. All other addresses follow from the endpoint.
 *
 * @param endpoint in lower case, without default port or trailing slash, e.g. {@code https://abc.logto.app}
 * @param plainHttpHosts hosts that may be called by plain http, in lower case, in addition to the loopback interface. Anybody on
 *     the network path can then read the application's secret, and forge answers that grant permissions
 * @since 0.1
 */
public record LogtoTenant(URI endpoint, Set<String> plainHttpHosts) {

    private static final String OIDC = "/oidc";
    private static final String CLOUD_DOMAIN = ".logto.app";

    /**
     * A tenant that is called by https, or on the loopback interface.
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
        endpoint = ProviderAddress.canonical(endpoint, "https://abc.logto.app", plainHttpHosts);
        if (endpoint.getPath().endsWith(OIDC)) {
            throw new IllegalArgumentException("must be the tenant's endpoint, without " + OIDC);
        }
    }

    public String issuer() {
        return endpoint + OIDC;
    }

    public URI jwkSetUri() {
        return URI.create(issuer() + "/jwks");
    }

    /** Whether the tenant is called by plain http over a network. */
    boolean isPlainHttp() {
        return "http".equals(endpoint.getScheme()) && plainHttpHosts.contains(endpoint.getHost());
    }

    URI tokenEndpoint() {
        return URI.create(issuer() + "/token");
    }

    URI api(String path) {
        return URI.create(endpoint + "/api" + path);
    }

    /** The resource indicator of the tenant's Management API: specific to the tenant on Logto Cloud, fixed elsewhere. */
    String managementResource(@Nullable String configured) {
        if (configured != null) {
            return configured;
        }
        String host = endpoint.getHost();
        return "https://" + (host.endsWith(CLOUD_DOMAIN) ? host : "default" + CLOUD_DOMAIN) + "/api";
    }
}
