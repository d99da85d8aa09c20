package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;

/**
 * The names of Scope Guard's own servlets. They need no token: webhooks are
 * authenticated by their signature or secret, and the metadata is public.
 *
 * @hidden
 */
@Internal
public final class OwnServlets {

    /** A prefix. The name of the provider whose events the servlet receives follows. */
    public static final String EVENTS = "scopeGuardEvents-";

    public static final String RESOURCE_METADATA = "scopeGuardResourceMetadata";

    private OwnServlets() {}

    /** Whether the servlet receives the events of a provider. */
    public static boolean isForEvents(String name) {
        return name.startsWith(EVENTS);
    }

    static boolean contain(String name) {
        return isForEvents(name) || name.equals(RESOURCE_METADATA);
    }
}
