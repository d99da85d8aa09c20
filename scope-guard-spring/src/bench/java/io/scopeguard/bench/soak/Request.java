package io.scopeguard.bench.soak;

import io.scopeguard.bench.live.tenant.Entitlement;
import io.scopeguard.bench.live.tenant.Timeline;

/**
 * A request that is made repeatedly.
 *
 * @param scope the scope that the handler requires
 * @param truth the user's actual entitlement
 * @param policy the basis of decisions while live permissions are unknown
 */
record Request(String path, Entitlement entitlement, String scope, Timeline truth, Policy policy) {

    enum Policy {
        /** The token. */
        TOKEN,
        /** Nothing: 503. */
        DENY,
        /** The last known global roles, or nothing: 503, because an organization may have granted the scope. */
        DENY_WHAT_MAY_HAVE_LEAKED
    }

    boolean isStrict() {
        return policy == Policy.DENY;
    }

    boolean mayBeUnknown() {
        return policy != Policy.TOKEN;
    }
}
