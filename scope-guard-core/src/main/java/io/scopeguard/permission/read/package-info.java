/**
 * Reads facts: the steps of a flight, from the provider's answer to a believed fact. An answer without losses is stored at once, an
 * answer with losses after a confirming read.
 *
 * <pre>
 *  FactReader ──▶ MemberReader      one member
 *             ──▶ MemberPageReader  the members of an organization, by page (MemberSweep)
 *             ──▶ HolderReader      holders of global roles, by page (HolderSweep)
 *             ──▶ LossJudge         decides whether a loss is believed: Quarantine, MassRevocationGuard, Invalidations
 * </pre>
 */
@Internal
@NullMarked
package io.scopeguard.permission.read;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.NullMarked;
