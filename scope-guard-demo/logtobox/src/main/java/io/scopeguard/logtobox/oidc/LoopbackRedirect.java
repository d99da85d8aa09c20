package io.scopeguard.logtobox.oidc;

import java.net.URI;

/** A redirect URI registered as {@code http://127.0.0.1/…}, without a port, stands for any port (RFC 8252 §7.3). */
final class LoopbackRedirect {

    private static final String LOOPBACK = "127.0.0.1";

    private LoopbackRedirect() {}

    static boolean matches(String registered, String requested) {
        try {
            URI pattern = URI.create(registered);
            URI uri = URI.create(requested);
            return isAnyPort(pattern)
                    && LOOPBACK.equals(uri.getHost())
                    && "http".equals(uri.getScheme())
                    && pattern.getRawPath().equals(uri.getRawPath())
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && uri.getRawUserInfo() == null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isAnyPort(URI pattern) {
        return LOOPBACK.equals(pattern.getHost()) && pattern.getPort() < 0 && "http".equals(pattern.getScheme());
    }
}
