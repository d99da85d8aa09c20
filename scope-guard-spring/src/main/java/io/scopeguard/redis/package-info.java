/**
 * Internal: shares data between the replicas of an application through Redis or Valkey: the answers of the provider, leases on
 * reads, histories, reported changes, the call budget, and the remedies that clients were asked for. A request never waits for
 * Redis unless it waits for the provider or is the first about a user on this replica. If Redis does not respond, each replica
 * continues alone.
 */
@Internal
@NullMarked
package io.scopeguard.redis;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.NullMarked;
