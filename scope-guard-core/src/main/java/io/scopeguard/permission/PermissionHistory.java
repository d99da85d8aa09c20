package io.scopeguard.permission;

import io.scopeguard.annotation.Internal;
import java.util.OptionalLong;

/**
 * The times at which a subject gained and lost scopes, according to the reads. All times are nanoseconds of the steady clock. The
 * end of a call proves a gain, its start proves a loss.
 *
 * @hidden
 */
@Internal
public interface PermissionHistory {

    /**
     * The end of the first call in the present series of believed reads that show the scope among those that count; empty if it is
     * not held. If the subject exchanged one role for another and never lacked the scope, the earlier time stays.
     */
    OptionalLong heldSince(String scope);

    /**
     * The time since which the series has no gap: no two believed reads more than max-stale apart, no read that was not believed,
     * no change of the roles. Not earlier than {@link #heldSince}; empty if the scope is not held.
     */
    OptionalLong unbrokenSince(String scope);

    /** Whether a complete earlier picture of this subject, kind and audience lacked the scope. */
    boolean isObserved(String scope);

    /**
     * The start of the first believed read of the present series without the scope; empty if a new token could carry it. If no read
     * ever showed the scope: the time of the first complete picture.
     */
    OptionalLong lackedSince(String scope);

    /**
     * The start of the first believed read without the scope, if an earlier read showed it: a loss that was observed. Empty if a new
     * token could carry the scope, if no read ever showed it, or if the subject has lost its standing.
     */
    OptionalLong lostAt(String scope);

    /** The start of the read that first showed the present standing. */
    long standingSince();

    /** The same time, if that standing is the observed loss of an earlier one; otherwise empty. */
    OptionalLong standingLostAt();

    /** The time of the first request about the subject. */
    long firstRequestAt();

    /** Whether no earlier record of the subject was dropped for lack of space within the longest token lifetime. */
    boolean isComplete();
}
