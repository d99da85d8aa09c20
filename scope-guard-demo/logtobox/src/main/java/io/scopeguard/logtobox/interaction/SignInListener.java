package io.scopeguard.logtobox.interaction;

import io.scopeguard.logtobox.directory.Application;
import io.scopeguard.logtobox.directory.User;
import org.jspecify.annotations.Nullable;

/** Receives every successful sign-in. */
@FunctionalInterface
public interface SignInListener {

    void signedIn(User user, @Nullable Application application, String sessionId, @Nullable String userAgent);
}
