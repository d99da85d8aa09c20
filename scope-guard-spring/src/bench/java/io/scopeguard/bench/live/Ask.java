package io.scopeguard.bench.live;

import io.scopeguard.AccessRequest;
import io.scopeguard.bench.live.tenant.Timeline;
import io.scopeguard.token.AccessToken;

/**
 * A request that a user makes again and again.
 *
 * @param scope the one that it requires; the token carries it
 * @param truth what the user is entitled to
 */
public record Ask(AccessToken token, AccessRequest request, String scope, Timeline truth) {}
