package org.springframework.samples.reports;

import io.scopeguard.spring.RequiresScopes;

/** A class of an application in a package of Spring's samples. */
public class SampleOfSpring {

    @RequiresScopes("wipe:report")
    public final void wipe() {
        // Not called.
    }
}
