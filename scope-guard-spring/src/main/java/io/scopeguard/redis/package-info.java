/**
 * What the replicas of an application share through Redis or Valkey: the answers of the provider, leases on reads, histories,
 * reported changes, the call budget, and what clients were asked for. A request never waits for Redis unless it waits for the
 * provider. If Redis does not answer, each replica goes on by itself.
 */
@NullMarked
package io.scopeguard.redis;

import org.jspecify.annotations.NullMarked;
