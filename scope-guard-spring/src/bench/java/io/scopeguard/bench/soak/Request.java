package io.scopeguard.bench.soak;

import io.scopeguard.bench.live.tenant.Entitlement;
import io.scopeguard.bench.live.tenant.Timeline;

/**
 * A request that is made again and again.
 *
 * @param scope the one that the handler requires
 * @param truth what the user is entitled to
 * @param isStrict whether the handler denies when live permissions are unknown
 */
record Request(String path, Entitlement entitlement, String scope, Timeline truth, boolean isStrict) {}
