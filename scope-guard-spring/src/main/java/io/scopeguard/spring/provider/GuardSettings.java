package io.scopeguard.spring.provider;

import io.scopeguard.ScopeGuardSettings;
import io.scopeguard.drift.Clients;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.scope.Audience;
import java.time.Duration;
import java.util.Set;

/**
 * The settings that the guards of all providers share.
 *
 * @param resources the API's own resources
 * @param clockSkew the maximum difference between the clocks of providers and ours
 * @param decisions the settings of decisions
 * @param cache the settings of the cache of live permissions
 * @param clients the policies of clients
 * @param maxOpenStreams the maximum number of open streams
 */
public record GuardSettings(
        Set<Audience> resources,
        Duration clockSkew,
        ScopeGuardSettings decisions,
        CacheSettings cache,
        Clients clients,
        int maxOpenStreams) {}
