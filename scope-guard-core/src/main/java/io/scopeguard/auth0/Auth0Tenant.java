package io.scopeguard.auth0;

import io.scopeguard.provider.http.ProviderAddress;
import java.net.URI;
import java.util.Set;

/**
 * The address of an Auth0 tenant. All other addresses follow from the tenant's default domain.
 *
 * @param endpoint the URL of the tenant's default domain, in lower case, without path, such as
 *     {@code https://tenant.eu.auth0.com}
 * @since 0.1
 */
public record Auth0Tenant(URI endpoint) {

    private static final String EXAMPLE = "https://tenant.eu.auth0.com";

    /**
     * @throws IllegalArgumentException if the endpoint is not an https URL without path; plain http is accepted on the loopback
     *     interface
     */
    public Auth0Tenant {
        endpoint = ProviderAddress.canonical(endpoint, EXAMPLE, Set.of());
        if (!endpoint.getPath().isEmpty()) {
            throw new IllegalArgumentException("must be the tenant's default domain, without a path");
        }
    }

    /**
     * The tenant with this default domain.
     *
     * @param domain a host name such as {@code tenant.eu.auth0.com}, or its URL
     * @throws IllegalArgumentException if it is neither
     */
    public static Auth0Tenant of(String domain) {
        return new Auth0Tenant(URI.create(domain.contains("://") ? domain : "https://" + domain));
    }

    /** The issuer of the tenant's tokens, with the slash at the end that Auth0 writes. */
    public String issuer() {
        return endpoint + "/";
    }

    /** The address at which the tenant publishes its signing keys. */
    public URI jwkSetUri() {
        return URI.create(endpoint + "/.well-known/jwks.json");
    }

    URI tokenEndpoint() {
        return URI.create(endpoint + "/oauth/token");
    }

    URI api(String path) {
        return URI.create(managementApi() + path.substring(1));
    }

    /** The Management API's identifier, which is also its address. */
    String managementApi() {
        return endpoint + "/api/v2/";
    }
}
