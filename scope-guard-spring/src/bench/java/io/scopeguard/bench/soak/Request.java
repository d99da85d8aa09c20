package io.scopeguard.bench.soak;

import io.scopeguard.bench.live.tenant.Entitlement;
import io.scopeguard.bench.live.tenant.Timeline;

/**
 * A request that is made again and again.
 *
 * @param scope the one that the handler requires
 * @param truth what the user is entitled to
 * @param policy what decides while live permissions are unknown
 */
record Request(String path, Entitlement entitlement, String scope, Timeline truth, Policy policy) {

    enum Policy {
        /** The token. */
        TOKEN,
        /** Nothing: 503. */
        DENY,
        /** The last known global roles, or nothing: 503. An organization may have granted the scope. */
        DENY_WHAT_MAY_HAVE_LEAKED
    }

    boolean isStrict() {
        return policy == Policy.DENY;
    }

    boolean mayBeUnknown() {
        return policy != Policy.TOKEN;
    }
}
