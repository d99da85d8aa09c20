package io.scopeguard.logtobox.interaction;

import org.springframework.security.core.AuthenticatedPrincipal;

/** A person at the browser, as of one sign-in. */
record SignedIn(String userId, int generation) implements AuthenticatedPrincipal {

    @Override
    public String getName() {
        return userId;
    }
}
