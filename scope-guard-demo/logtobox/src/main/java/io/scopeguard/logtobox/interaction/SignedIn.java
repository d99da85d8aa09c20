package io.scopeguard.logtobox.interaction;

import org.springframework.security.core.AuthenticatedPrincipal;

/** A person that has signed in with a browser. */
record SignedIn(String userId, int generation) implements AuthenticatedPrincipal {

    @Override
    public String getName() {
        return userId;
    }
}
