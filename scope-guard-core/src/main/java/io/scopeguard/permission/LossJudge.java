package io.scopeguard.permission;

import io.scopeguard.permission.FactKey.SubjectKey;
import io.scopeguard.permission.Quarantine.Ruling;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides whether a loss that two looks agree on is believed, or is so implausible that it has to last a minute. Thread-safe. */
final class LossJudge {

    private static final Logger log = LoggerFactory.getLogger(LossJudge.class);

    private static final int FEW = 4;
    private static final long WINDOW = Duration.ofMinutes(1).toNanos();

    private final Map<SubjectKey, Long> emptied = new HashMap<>();
    private final Quarantine quarantine = new Quarantine();
    private final MassRevocationGuard guard = new MassRevocationGuard();
    private final Invalidations invalidations;

    LossJudge(Invalidations invalidations) {
        this.invalidations = invalidations;
    }

    /** Counts subjects that were read. */
    void read(int subjects, long now) {
        guard.read(subjects, now);
    }

    void clear(FactKey key) {
        quarantine.clear(key);
    }

    /**
     * Lets a loss of one subject pass, or doubts it.
     *
     * @param isDoubtful whether a faulty provider could have given the same answer
     * @param losesStanding whether the subject's standing is gone, by nothing but the endpoint that first said so
     * @throws PermissionsUnavailableException if it is not believed yet
     */
    void requireBelievable(
            SubjectKey key, @Nullable SubjectFact known, boolean isDoubtful, boolean losesStanding, long readAt) {
        if (isNamed(key, known)) {
            return;
        }
        boolean isMass = losesStanding && guard.isMass(key, readAt);
        boolean areManyEmptied = isDoubtful && areManyEmptied(key, readAt);
        if ((isMass || areManyEmptied || quarantine.holds(key)) && quarantine.judge(key, readAt) != Ruling.BELIEVED) {
            throw implausible("A loss is not believed before a second pass confirms it.");
        }
    }

    /** A few bare empty answers are ordinary losses; if there are more within a minute, a fault is more likely. */
    private synchronized boolean areManyEmptied(SubjectKey key, long now) {
        emptied.values().removeIf(at -> now - at >= WINDOW);
        emptied.put(key, now);
        return emptied.size() > FEW;
    }

    /** Whether a reported change names the subject: then the loss has two witnesses. */
    boolean isNamed(SubjectKey key, @Nullable SubjectFact known) {
        long since = known == null ? Long.MIN_VALUE : known.readAt();
        return invalidations.certain(key, since) > since;
    }

    /**
     * Doubts an answer as a whole.
     *
     * @param what what happened, for the log
     * @throws PermissionsUnavailableException if it is not believed yet
     */
    void requirePlausible(FactKey key, long readAt, String what) {
        Ruling ruling = quarantine.judge(key, readAt);
        if (ruling == Ruling.FIRST) {
            log.warn("{}. This is not believed before a second pass confirms it a minute later.", what);
        }
        if (ruling != Ruling.BELIEVED) {
            throw implausible(what + ".");
        }
    }

    /** The same, as an answer. */
    boolean isPlausible(FactKey key, long readAt, String what) {
        try {
            requirePlausible(key, readAt, what);
            return true;
        } catch (PermissionsUnavailableException e) {
            return false;
        }
    }

    private static PermissionsUnavailableException implausible(String message) {
        return new PermissionsUnavailableException(Reason.IMPLAUSIBLE, message);
    }
}
