package io.scopeguard.keycloak;

import io.scopeguard.provider.http.ProviderAddress;
import java.net.URI;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Keycloak realm and its address.
 *
 * @param issuer the {@code iss} of its tokens, such as {@code https://id.example.com/realms/example}
 * @param server the address at which Keycloak is called, such as {@code https://id.example.com}; its address inside the network, if
 *     that is different
 * @param plainHttpHosts hosts that may be called by plain http, in lower case, in addition to the loopback interface. Anybody on
 *     the network path can then read the client's secret, and forge answers that grant permissions
 * @since 0.1
 */
public record KeycloakRealm(URI issuer, URI server, Set<String> plainHttpHosts) {

    private static final String EXAMPLE = "https://id.example.com/realms/example";
    private static final Pattern ISSUER = Pattern.compile("(?<server>.*)/realms/(?<realm>[^/]+)");

    /**
     * A realm that is called at the address in its issuer.
     *
     * @throws IllegalArgumentException as {@link #KeycloakRealm(URI, URI, Set)}
     */
    public KeycloakRealm(URI issuer) {
        this(issuer, serverOf(issuer), Set.of());
    }

    /**
     * Checks and normalizes the addresses: scheme and host in lower case, no default port, no trailing slash.
     *
     * @throws IllegalArgumentException if the server is neither an https URL nor one of plain http to the loopback interface or to
     *     one of those hosts, or if the issuer is not that of a realm
     */
    public KeycloakRealm {
        plainHttpHosts = Set.copyOf(plainHttpHosts);
        match(issuer);
        server = ProviderAddress.canonical(server, "https://id.example.com", plainHttpHosts);
    }

    /**
     * The address of Keycloak, derived from the issuer of one of its realms.
     *
     * @throws IllegalArgumentException if it is not the issuer of a realm
     */
    public static URI serverOf(URI issuer) {
        return URI.create(match(issuer).group("server"));
    }

    /** The name of the realm in paths. */
    public String name() {
        return match(issuer).group("realm");
    }

    public URI jwkSetUri() {
        return realm("/protocol/openid-connect/certs");
    }

    /** Whether Keycloak is called by plain http over a network. */
    boolean isPlainHttp() {
        return "http".equals(server.getScheme()) && plainHttpHosts.contains(server.getHost());
    }

    URI tokenEndpoint() {
        return realm("/protocol/openid-connect/token");
    }

    /** A path of the realm's Admin API. */
    URI admin(String path) {
        return URI.create(server + "/admin/realms/" + name() + path);
    }

    private URI realm(String path) {
        return URI.create(server + "/realms/" + name() + path);
    }

    private static Matcher match(URI issuer) {
        Matcher matcher = ISSUER.matcher(issuer.toString());
        if (!matcher.matches() || issuer.getQuery() != null || issuer.getFragment() != null) {
            throw new IllegalArgumentException(
                    "must be the issuer of a realm exactly as its tokens contain it, such as " + EXAMPLE);
        }
        return matcher;
    }
}
