package io.scopeguard.permission.read;

import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.fact.FactKey;
import io.scopeguard.permission.fact.FactKey.SubjectKey;
import io.scopeguard.permission.fact.ReadTimes;
import io.scopeguard.permission.fact.SubjectFact;
import io.scopeguard.permission.read.Quarantine.Ruling;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a loss that two reads agree on takes effect, or is so implausible that it must persist for a minute. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class LossJudge {

    /** So few subjects may lose the same at once without a fault of the provider. */
    private static final int FEW = 4;

    private static final Duration FAULT = Duration.ofSeconds(10);
    private static final long WINDOW = Duration.ofMinutes(1).toNanos();

    private final Map<SubjectKey, Long> emptied = new HashMap<>();
    private final Quarantine quarantine = new Quarantine();
    private final MassRevocationGuard guard;
    private final Invalidations invalidations;
    private final PendingLosses pending;
    private final PendingLosses emptiedRoles;
    private final QuarantineLog log;

    /**
     * @param delay how long after a change the provider may still answer with the old state
     * @param log warns of losses that are ignored for now
     */
    public LossJudge(Invalidations invalidations, Duration delay, QuarantineLog log) {
        this.invalidations = invalidations;
        this.log = log;
        this.guard = new MassRevocationGuard(log);
        this.pending = new PendingLosses(delay);
        this.emptiedRoles = new PendingLosses(delay.plus(FAULT));
    }

    /** Counts subjects that were read. */
    void countReads(int subjects, long now) {
        guard.countReads(subjects, now);
    }

    /** Ends the quarantine and forgets pending losses, because a read showed no loss. */
    void clear(FactKey key) {
        clearDoubt(key);
        pending.clear(key);
        emptiedRoles.clear(key);
    }

    /** Ends the quarantine, because a read showed nothing implausible. */
    void clearDoubt(FactKey key) {
        quarantine.clear(key);
    }

    /**
     * The first read that shows a loss, which the second read may follow: this one, or an earlier one if the provider has a delay.
     *
     * @param value the answer of this read
     * @throws PermissionsUnavailableException if the provider's delay may explain the loss
     */
    <T> T firstRead(FactKey key, T value, ReadTimes times) {
        return requireDelayed(pending.firstIfDelayed(key, value, times));
    }

    /**
     * The first read that shows an empty list of a role's scopes, without further evidence. The second read begins so late that a
     * fault of a few seconds is over.
     *
     * @param value the answer of this read
     * @throws PermissionsUnavailableException if it is too early for the confirming read
     */
    <T> T firstEmptyRead(FactKey key, T value, ReadTimes times) {
        return requireDelayed(emptiedRoles.firstIfDelayed(key, value, times));
    }

    private static <T> T requireDelayed(@Nullable T first) {
        if (first == null) {
            throw pendingLoss();
        }
        return first;
    }

    /**
     * The first read that shows a loss of a subject: this one if a reported change names the subject, because then the provider's
     * delay does not explain the loss.
     *
     * @param value the answer of this read
     * @throws PermissionsUnavailableException if the provider's delay may explain the loss
     */
    <T> T firstRead(SubjectKey key, @Nullable SubjectFact known, T value, ReadTimes times) {
        return isNamed(key, known) ? value : firstRead(key, value, times);
    }

    /** Whether it is too early for another read of the subject to make a difference. */
    public boolean isPending(SubjectKey key, @Nullable SubjectFact known, long now) {
        return pending.contains(key, now) && !isNamed(key, known);
    }

    /** Whether the next read of the subject is the confirming read of a loss. */
    public boolean awaitsConfirmation(SubjectKey key) {
        return pending.awaitsConfirmation(key);
    }

    /**
     * Accepts or quarantines the loss of one subject.
     *
     * @param isDoubtful whether a faulty provider could have given the same answer
     * @param losesStanding whether the subject's standing is lost according to a single endpoint
     * @throws PermissionsUnavailableException if the loss is not accepted yet
     */
    public void requireBelievable(
            SubjectKey key, @Nullable SubjectFact known, boolean isDoubtful, boolean losesStanding, long readAt) {
        if (isNamed(key, known)) {
            return;
        }
        boolean isMass = losesStanding && guard.isMass(key, readAt);
        boolean areManyEmptied = isDoubtful && areManyEmptied(key, readAt);
        if (isMass || areManyEmptied || quarantine.holds(key)) {
            requirePersistent(key, known, readAt);
        }
    }

    /**
     * Quarantines the loss of a subject that is one of many losses in the same answer.
     *
     * @throws PermissionsUnavailableException if the loss is not accepted yet
     */
    void requirePersistent(SubjectKey key, @Nullable SubjectFact known, long readAt) {
        if (!isNamed(key, known) && quarantine.judge(key, readAt) != Ruling.BELIEVED) {
            throw implausible("A loss is ignored until another read, a minute later, confirms it.");
        }
    }

    /** A few empty answers are ordinary losses. With more of them within a minute, a fault is more likely. */
    private synchronized boolean areManyEmptied(SubjectKey key, long now) {
        emptied.values().removeIf(at -> now - at >= WINDOW);
        emptied.put(key, now);
        return isMany(emptied.size());
    }

    /** Whether a fault of the provider is more likely than that so many subjects lose the same at once. */
    static boolean isMany(int subjects) {
        return subjects > FEW;
    }

    /** Whether a reported change names the subject. Then two sources agree on the loss. */
    boolean isNamed(SubjectKey key, @Nullable SubjectFact known) {
        long since = known == null ? Long.MIN_VALUE : known.readAt();
        return invalidations.certain(key, since) > since;
    }

    /**
     * Accepts or quarantines an answer as a whole.
     *
     * @param what the implausible event, for the log
     * @throws PermissionsUnavailableException if the loss is not accepted yet
     */
    void requirePlausible(FactKey key, long readAt, String what) {
        if (!isPlausible(key, readAt, what)) {
            throw implausible(what + ".");
        }
    }

    /** Whether an answer is accepted as a whole, without an exception. */
    boolean isPlausible(FactKey key, long readAt, String what) {
        return isBelieved(quarantine.judge(key, readAt), what);
    }

    /**
     * Accepts or quarantines an answer as a whole.
     *
     * @param what the implausible event, for the log
     * @return when the loss was noticed first, if it is accepted now; otherwise {@code null}
     */
    @Nullable
    Long noticedIfPlausible(FactKey key, ReadTimes times, String what) {
        Long noticed = quarantine.since(key);
        return isBelieved(quarantine.judge(key, times.readAt(), times.end()), what) ? noticed : null;
    }

    private boolean isBelieved(Ruling ruling, String what) {
        if (ruling == Ruling.FIRST) {
            log.quarantined(what);
        }
        return ruling == Ruling.BELIEVED;
    }

    /** Warns of an answer in which the losses of single subjects were quarantined. */
    void warn(String event) {
        log.quarantined(event);
    }

    public static PermissionsUnavailableException pendingLoss() {
        return implausible("A loss is ignored until the provider's delay has passed.");
    }

    private static PermissionsUnavailableException implausible(String message) {
        return new PermissionsUnavailableException(Reason.IMPLAUSIBLE, message);
    }
}
