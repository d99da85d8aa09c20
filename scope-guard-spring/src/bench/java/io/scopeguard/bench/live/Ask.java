package io.scopeguard.bench.live;

import io.scopeguard.AccessRequest;
import io.scopeguard.bench.live.tenant.Timeline;
import io.scopeguard.token.AccessToken;

/**
 * A request that a user makes repeatedly.
 *
 * @param scope the required scope, which the token carries
 * @param truth the user's actual entitlement
 */
public record Ask(AccessToken token, AccessRequest request, String scope, Timeline truth) {}
