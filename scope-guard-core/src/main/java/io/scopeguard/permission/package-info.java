/**
 * Live permissions of a subject, computed from facts.
 *
 * <pre>
 *  get(key, freshness) ──▶ Pictures ──▶ Picture: the facts that the key needs (Question) ──▶ LivePermissions
 *       │                      │        (a pure function: roles × definitions, one Contribution each for roles
 *       │                      │         in the organization and global roles; no I/O, no lock; the last
 *       │                      │         picture is used again as long as each fact is the same instance)
 *       │                  FactStore ◀───────────────────────────────────────────────┐
 *       │                      each fact once, with its own age                      │ grew, stayed the same, or
 *       │ a fact is old:       SubjectFact   standing and roles of one subject       │ shrank twice: LossJudge
 *       │  stale   → background     in an organization, or outside                   │ (Quarantine, MassRevocationGuard)
 *       │  expired → foreground RoleSet       what roles mean: RoleTable             │
 *       ▼                      HolderSet     who holds a global role                 │
 *  SingleFlight ──▶ ReadExecutor ──▶ FactReader ──▶ PermissionSource ────────────────┘
 *   one Flight per key   threads,       MemberReader: one member, or pages (MemberSweep)
 *   (FactKey)            oldest first   HolderReader: holders of global roles (HolderSweep)
 *
 *  PermissionChange ──▶ Invalidations: facts that were read before the report are read again; if it names their subject,
 *                                          or is about role definitions, the next request waits for that
 * </pre>
 *
 * <p>Four rules carry the rest:
 *
 * <ol>
 *   <li>A time is a number of the {@link io.scopeguard.permission.Sequence}: age and order in one. The start of a read proves
 *       losses, its end proves gains.
 *   <li>A loss is believed from a confirming read that began after the first was noticed. One page is the confirming read for every
 *       subject on it.
 *   <li>A believed loss binds in pictures all of whose facts were read after it was noticed ({@code Changes.Loss#bindsIn}); until
 *       then the larger picture holds. So a mixture of old roles and new definitions never denies a right.
 *   <li>Nothing waits while it holds a lock. A deadline belongs to the waiting caller, never to a flight.
 * </ol>
 */
@NullMarked
package io.scopeguard.permission;

import org.jspecify.annotations.NullMarked;
