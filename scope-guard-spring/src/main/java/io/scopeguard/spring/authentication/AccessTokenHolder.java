package io.scopeguard.spring.authentication;

import io.scopeguard.annotation.Internal;
import io.scopeguard.spring.request.RequestNotes;
import io.scopeguard.token.AccessToken;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

/**
 * The verified token of the current request. It is kept with the request as well, so that it is not lost if a converter of the
 * application replaces the authentication.
 *
 * @hidden
 */
@Internal
public final class AccessTokenHolder {

    private static final AuthenticationTrustResolver TRUST = new AuthenticationTrustResolverImpl();

    private AccessTokenHolder() {}

    /** The token of the current authentication, or {@code null} if that was not made from one of ours. */
    public static @Nullable AccessToken get() {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        if (!TRUST.isAuthenticated(authentication)) {
            return null;
        }
        AccessToken token = AccessTokenJwt.of(authentication);
        return token == null ? remembered() : token;
    }

    /** Like {@link #get}, with the newer token of a session that was renewed. */
    public static @Nullable AccessToken latest() {
        AccessToken token = get();
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        AccessToken renewed = token == null || authentication == null ? null : RenewedTokens.of(authentication);
        return renewed == null ? token : renewed;
    }

    static void set(AccessToken token) {
        RequestAttributes request = RequestContextHolder.getRequestAttributes();
        if (request != null) {
            RequestNotes.of(request).token(token);
        }
    }

    private static @Nullable AccessToken remembered() {
        RequestAttributes request = RequestContextHolder.getRequestAttributes();
        RequestNotes notes = request == null ? null : RequestNotes.find(request);
        return notes == null ? null : notes.token();
    }
}
