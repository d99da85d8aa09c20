/**
 * Live permissions of a subject, computed from facts.
 *
 * <pre>
 *  get(key, freshness) ──▶ Pictures ──▶ Picture: the facts that the key needs (RequiredFacts) ──▶ LivePermissions
 *       │                      │        (a pure function: roles × definitions, one Contribution each for roles
 *       │                      │         in the organization and global roles; no I/O, no lock; the last
 *       │                      │         picture is used again as long as each fact is the same instance)
 *       │                 fact: FactStore ◀──────────────────────────────────────────┐
 *       │ Parts: when each fact was read                                             │ grew, stayed the same,
 *       │        and invalidated                                                     │ or shrank twice
 *       ▼                                                                            │
 *  Refresher: stale facts are read in the background,                                │
 *       │     and a request waits for expired facts                                  │
 *       ▼                                                                            │
 *  Demands: the flight that reads each fact                                          │
 *       │                                                                            │
 *       ▼                                                                            │
 *  flight: SingleFlight ──▶ ReadExecutor ──▶ read: FactReader ──▶ PermissionSource ──┘
 *
 *  PermissionChange ──▶ Invalidations: facts that were read before the report are read again; if it names their subject,
 *                                          or is about role definitions, the next request waits for that
 * </pre>
 *
 * <p>{@link io.scopeguard.permission.fact} stores facts, {@link io.scopeguard.permission.flight} schedules reads, and
 * {@link io.scopeguard.permission.read} performs them. This package answers requests. {@code docs/how-it-works.md} explains the
 * facts, the bounds, and the losses that must last a minute.
 *
 * <p>Four rules apply everywhere:
 *
 * <ol>
 *   <li>A time is a number of the {@link io.scopeguard.time.Sequence}: age and order in one. The start of a read proves
 *       losses, its end proves gains.
 *   <li>A loss is confirmed by a read that began after the first was noticed. One page confirms the losses of every subject
 *       on it.
 *   <li>A confirmed loss binds in a picture if all facts of the picture were read after the loss was noticed
 *       ({@code Changes.Loss#bindsIn}). Until then, the larger picture holds. So a mixture of old roles and new definitions never
 *       denies a right.
 *   <li>Nothing waits while it holds a lock. A deadline belongs to the waiting caller, never to a flight.
 * </ol>
 */
@NullMarked
package io.scopeguard.permission;

import org.jspecify.annotations.NullMarked;
