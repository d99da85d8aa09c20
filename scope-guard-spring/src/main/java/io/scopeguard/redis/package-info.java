/**
 * Internal: the replicas of an application share the answers of the provider, leases on reads, histories, reported changes, the
 * call budget, and the remedies that clients were asked for through Redis or Valkey. A request never waits for Redis unless it waits
 * for the provider or is the first about a user on this replica. If Redis does not respond, each replica continues alone.
 */
@Internal
@NullMarked
package io.scopeguard.redis;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.NullMarked;
