package io.scopeguard.demo.logto.interaction;

import io.scopeguard.demo.logto.directory.Application;
import io.scopeguard.demo.logto.directory.User;
import org.jspecify.annotations.Nullable;

/** Told of every successful sign-in. */
@FunctionalInterface
public interface SignInListener {

    void signedIn(User user, @Nullable Application application, String sessionId, @Nullable String userAgent);
}
