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
 * @param clockSkew by how much the clocks of providers may differ from ours
 * @param decisions how decisions are made
 * @param cache how live permissions are kept
 * @param clients the policies of clients
 * @param maxOpenStreams how many streams may be open
 */
public record GuardSettings(
        Set<Audience> resources,
        Duration clockSkew,
        ScopeGuardSettings decisions,
        CacheSettings cache,
        Clients clients,
        int maxOpenStreams) {}
