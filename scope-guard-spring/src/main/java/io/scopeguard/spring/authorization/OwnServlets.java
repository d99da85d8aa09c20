package io.scopeguard.spring.authorization;

import java.util.Set;

/** The names of Scope Guard's own servlets. They need no token: one asks for a signature, the other has nothing to hide. */
public final class OwnServlets {

    public static final String LOGTO_WEBHOOK = "scopeGuardLogtoWebhook";
    public static final String RESOURCE_METADATA = "scopeGuardResourceMetadata";

    private static final Set<String> NAMES = Set.of(LOGTO_WEBHOOK, RESOURCE_METADATA);

    private OwnServlets() {}

    static boolean contain(String name) {
        return NAMES.contains(name);
    }
}
