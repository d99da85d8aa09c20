package io.scopeguard.spring.security;

import io.scopeguard.annotation.Internal;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.web.firewall.FirewalledRequest;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.StrictHttpFirewall;

/**
 * Allows the same requests as Spring Security's {@link StrictHttpFirewall}, faster: it does not search plain paths for some forty
 * forbidden sequences that they cannot contain, and checks header values without regular expressions, which are expensive for long
 * tokens. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class PlainPathFirewall implements HttpFirewall {

    private final StrictHttpFirewall strict = firewall();
    private final StrictHttpFirewall withoutSearch = firewall();

    /** Whether no forbidden sequence is plain, so that a plain path contains none. */
    private final boolean isSearchNeedlessInPlainPaths;

    public PlainPathFirewall() {
        isSearchNeedlessInPlainPaths = Stream.of(strict.getEncodedUrlBlocklist(), strict.getDecodedUrlBlocklist())
                .flatMap(Set::stream)
                .noneMatch(PlainPathFirewall::isPlain);
        withoutSearch.getEncodedUrlBlocklist().clear();
        withoutSearch.getDecodedUrlBlocklist().clear();
    }

    private static StrictHttpFirewall firewall() {
        StrictHttpFirewall firewall = new StrictHttpFirewall();
        firewall.setAllowedHeaderNames(HeaderCharacters::areAllowedInName);
        firewall.setAllowedHeaderValues(HeaderCharacters::areAllowedInValue);
        return firewall;
    }

    @Override
    public FirewalledRequest getFirewalledRequest(HttpServletRequest request) {
        boolean isPlain = isSearchNeedlessInPlainPaths
                && isPlain(request.getRequestURI())
                && isPlain(request.getServletPath())
                && isPlain(request.getPathInfo())
                && isPlain(request.getContextPath());
        return (isPlain ? withoutSearch : strict).getFirewalledRequest(request);
    }

    @Override
    public HttpServletResponse getFirewalledResponse(HttpServletResponse response) {
        return strict.getFirewalledResponse(response);
    }

    /** Whether a path consists of printable ASCII characters without percent signs, semicolons, backslashes and double slashes. */
    private static boolean isPlain(@Nullable String path) {
        if (path == null) {
            return true;
        }
        char before = 0;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c <= ' ' || c > '~' || c == '%' || c == ';' || c == '\\' || (c == '/' && before == '/')) {
                return false;
            }
            before = c;
        }
        return true;
    }
}
