package io.scopeguard.provider.http;

import java.net.URI;
import java.util.Locale;
import java.util.Set;

/** Checks the addresses of providers. Secrets and tokens are sent there, and the answers determine permissions. */
public final class ProviderAddress {

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private ProviderAddress() {}

    /**
     * Checks and normalizes an address: scheme and host in lower case, without default port and trailing slash.
     *
     * @param example a valid address, for the message
     * @param plainHttpHosts hosts that may be called by plain http, in lower case, beside the loopback interface
     * @throws IllegalArgumentException if it is neither an https URL nor one of plain http to the loopback interface or to one of
     *     those hosts, or has a query, a fragment or a user
     */
    public static URI canonical(URI address, String example, Set<String> plainHttpHosts) {
        String host = address.getHost();
        if (host == null || !isBare(address) || !isAllowed(address.getScheme(), host, plainHttpHosts)) {
            throw new IllegalArgumentException("must be an https URL such as " + example + "; http is accepted for"
                    + " localhost, 127.0.0.1 and [::1], and for hosts that are allowed by name");
        }
        String scheme = address.getScheme().toLowerCase(Locale.ROOT);
        int defaultPort = scheme.equals("https") ? 443 : 80;
        int port = address.getPort() == defaultPort ? -1 : address.getPort();
        String path = address.getRawPath();
        return URI.create(scheme + "://" + host.toLowerCase(Locale.ROOT) + (port < 0 ? "" : ":" + port)
                + (path.endsWith("/") ? path.substring(0, path.length() - 1) : path));
    }

    private static boolean isAllowed(String scheme, String host, Set<String> plainHttpHosts) {
        String name = host.toLowerCase(Locale.ROOT);
        return "https".equalsIgnoreCase(scheme)
                || ("http".equalsIgnoreCase(scheme) && (LOOPBACK.contains(name) || plainHttpHosts.contains(name)));
    }

    private static boolean isBare(URI address) {
        return address.getQuery() == null && address.getFragment() == null && address.getUserInfo() == null;
    }
}
