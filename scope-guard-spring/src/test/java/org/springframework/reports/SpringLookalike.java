package org.springframework.reports;

import io.scopeguard.spring.RequiresScopes;

/** A class of an application in a package of Spring. */
public class SpringLookalike {

    @RequiresScopes("wipe:report")
    public final void wipe() {
        // Not called.
    }
}
