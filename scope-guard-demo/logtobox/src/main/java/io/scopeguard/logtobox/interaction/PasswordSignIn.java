package io.scopeguard.logtobox.interaction;

import io.scopeguard.logtobox.directory.Application;
import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.directory.User;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.DisabledException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.web.authentication.SavedRequestAwareAuthenticationSuccessHandler;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;
import org.springframework.security.web.savedrequest.SavedRequest;

/** Signs a person in by username and password, and then continues the authorization request. */
public final class PasswordSignIn extends SavedRequestAwareAuthenticationSuccessHandler {

    private final Directory directory;
    private final Sessions sessions;
    private final SignInListener listener;
    private final HttpSessionRequestCache requests = new HttpSessionRequestCache();

    public PasswordSignIn(Directory directory, Sessions sessions, SignInListener listener) {
        this.directory = directory;
        this.sessions = sessions;
        this.listener = listener;
        setDefaultTargetUrl("/sign-in?signed-in");
    }

    /** The success handler, which is not a bean: a bean of this type would become the default for every chain. */
    public AuthenticationProvider authenticator() {
        return new Authenticator();
    }

    @Override
    public void onAuthenticationSuccess(
            HttpServletRequest request, HttpServletResponse response, Authentication authentication)
            throws ServletException, IOException {
        record(request, response, authentication.getName());
        super.onAuthenticationSuccess(request, response, authentication);
    }

    /** Redirects to the page, which then shows the error. */
    public void onFailure(HttpServletRequest request, HttpServletResponse response, AuthenticationException failure)
            throws IOException {
        response.sendRedirect(failure instanceof DisabledException ? "/sign-in?suspended" : "/sign-in?failed");
    }

    private void record(HttpServletRequest request, HttpServletResponse response, String userId) {
        Optional<Application> application = application(request, response);
        directory
                .users()
                .update(
                        userId,
                        user -> user.signedIn(application.map(Application::id).orElse(null), directory.now()))
                .ifPresent(user -> listener.signedIn(
                        user,
                        application.orElse(null),
                        request.getSession().getId(),
                        request.getHeader(HttpHeaders.USER_AGENT)));
    }

    private Optional<Application> application(HttpServletRequest request, HttpServletResponse response) {
        SavedRequest saved = requests.getRequest(request, response);
        String[] clientId = saved == null ? null : saved.getParameterValues("client_id");
        return clientId == null || clientId.length == 0
                ? Optional.empty()
                : directory.applications().find(clientId[0]);
    }

    private static boolean matches(@Nullable String password, String attempt) {
        return password != null
                && MessageDigest.isEqual(
                        password.getBytes(StandardCharsets.UTF_8), attempt.getBytes(StandardCharsets.UTF_8));
    }

    private final class Authenticator implements AuthenticationProvider {

        @Override
        public Authentication authenticate(Authentication attempt) {
            User user = directory
                    .userByUsername(attempt.getName())
                    .filter(each -> matches(each.password(), String.valueOf(attempt.getCredentials())))
                    .orElseThrow(() -> new BadCredentialsException("invalid credentials"));
            if (user.isSuspended()) {
                throw new DisabledException("suspended");
            }
            return UsernamePasswordAuthenticationToken.authenticated(
                    sessions.begin(user.id()), null, AuthorityUtils.NO_AUTHORITIES);
        }

        @Override
        public boolean supports(Class<?> authentication) {
            return UsernamePasswordAuthenticationToken.class.isAssignableFrom(authentication);
        }
    }
}
