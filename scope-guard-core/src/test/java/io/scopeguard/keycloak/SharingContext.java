package io.scopeguard.keycloak;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.Priority;

/** The context of a first read, which takes every recent answer. */
final class SharingContext implements CallContext {

    static final CallContext SHARING = new SharingContext();

    private SharingContext() {}

    @Override
    public Priority priority() {
        return Priority.FOREGROUND;
    }

    @Override
    public boolean takes(long begunAt, long endedAt) {
        return true;
    }
}
