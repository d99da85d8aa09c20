package io.scopeguard.permission;

import io.scopeguard.permission.Freshness.Waiting;
import io.scopeguard.permission.Part.State;
import io.scopeguard.permission.flight.ReadExecutor;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.Priority;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Scopes;
import io.scopeguard.time.Sequence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;

/** Reads the old facts of pictures again, and decides whether a request waits for that. Thread-safe. */
final class Refresher {

    /**
     * The maximum number of rounds of dependent reads: membership, definitions, global grants, their scopes, confirming reads.
     */
    private static final int MAX_ROUNDS = 8;

    /** If stale permissions would suffice, a request waits for this part of the maximum wait only. */
    private static final int SHORT_WAIT = 4;

    private final Pictures pictures;
    private final Parts parts;
    private final Demands demands;
    private final ReadExecutor executor;
    private final Sequence sequence;
    private final Duration maxWait;
    private final PerSubjectLimit individual = new PerSubjectLimit();

    /** @param maxWait how long a request waits */
    Refresher(
            Pictures pictures,
            Parts parts,
            Demands demands,
            ReadExecutor executor,
            Sequence sequence,
            Duration maxWait) {
        this.pictures = pictures;
        this.parts = parts;
        this.demands = demands;
        this.executor = executor;
        this.sequence = sequence;
        this.maxWait = maxWait;
    }

    /**
     * The picture after the reads that a request waits for. Further reads are left to the background.
     *
     * @param arrived the time at which the request arrived; it may have waited for an earlier read since
     * @throws PermissionsUnavailableException if the picture is not as fresh as demanded in time
     */
    Picture renewed(Picture known, Freshness wanted, Scopes held, long arrived) {
        List<Part> old = parts.of(known, wanted.isIndividual());
        if (wanted.waiting() == Waiting.NEVER) {
            refresh(old, wanted);
            return usable(known, wanted, held, Reason.TIMEOUT);
        }
        boolean mustWait = mustWait(known, old, wanted, held);
        if (!mustWait && !isWorthWaiting(old, wanted)) {
            refresh(old, wanted);
            return known;
        }
        long deadline = arrived + maxWait.toNanos() / (mustWait ? 1 : SHORT_WAIT);
        limitIndividualReads(known.key().subject(), wanted, deadline);
        waitForStart(wanted, deadline);
        List<CompletableFuture<Void>> last = new ArrayList<>();
        Picture renewed = awaited(known, wanted, held, deadline, last);
        if (wanted.waiting() != Waiting.FOR_FRESH) {
            refresh(parts.of(renewed, wanted.isIndividual()), wanted);
        }
        return usable(renewed, wanted, held, isDoubted(last) ? Reason.IMPLAUSIBLE : Reason.TIMEOUT);
    }

    private static boolean mustWait(Picture picture, List<Part> all, Freshness wanted, Scopes held) {
        State awaitedFrom = wanted.waiting() == Waiting.FOR_FRESH ? State.STALE : State.INVALIDATED;
        return !picture.isEnoughFor(held)
                || all.stream().anyMatch(part -> part.state(wanted).compareTo(awaitedFrom) >= 0);
    }

    /**
     * A stale answer would suffice. But if no older fact waits to be read, reading now takes no more calls than reading in the
     * background, so the request waits briefly. Thus the first request of a user after a pause is not decided by the oldest facts
     * of all.
     */
    boolean isWorthWaiting(List<Part> all, Freshness wanted) {
        long oldest = Long.MAX_VALUE;
        for (Part part : all) {
            if (part.state(wanted) == State.STALE) {
                if (!demands.isShort(part)) {
                    return false;
                }
                oldest = Math.min(oldest, part.readAt());
            }
        }
        return oldest != Long.MAX_VALUE && executor.isNext(oldest);
    }

    /** Starts background reads of all parts that are not fresh. */
    void inBackground(Picture picture, Freshness wanted) {
        refresh(parts.of(picture, false), wanted);
    }

    /**
     * Starts background reads of the parts that a loss waits for.
     *
     * @return whether there are any
     */
    boolean inBackground(Picture picture, Freshness wanted, Scopes held) {
        return demands.forLoss(picture, wanted, held);
    }

    private void refresh(List<Part> all, Freshness wanted) {
        for (Part part : all) {
            if (part.state(wanted) != State.FRESH) {
                demands.inBackground(part);
            }
        }
    }

    private void limitIndividualReads(Subject subject, Freshness wanted, long deadline) {
        if (!wanted.isIndividual()) {
            return;
        }
        long wait = individual.take(subject, wanted.now());
        if (wait > deadline - sequence.now()
                || (wait > 0
                        && isTimeUp(new CompletableFuture<>(), wait)
                        && individual.take(subject, sequence.now()) > 0)) {
            throw new PermissionsUnavailableException(
                    Reason.BUDGET_EXHAUSTED, "The limit on individual reads of the subject is reached.");
        }
    }

    /** Waits until the demanded reads may begin. */
    private void waitForStart(Freshness wanted, long deadline) {
        long wait = wanted.isIndividual() ? 0 : wanted.rejectBefore() - sequence.now();
        if (wait > deadline - sequence.now()) {
            throw new PermissionsUnavailableException(Reason.TIMEOUT, "The demanded read may not begin in time.");
        }
        if (wait > 0) {
            isTimeUp(new CompletableFuture<>(), wait);
        }
    }

    /** @param last receives the reads of the last round */
    private Picture awaited(
            Picture known, Freshness wanted, Scopes held, long deadline, List<CompletableFuture<Void>> last) {
        Priority priority = wanted.isIndividual() ? Priority.INDIVIDUAL : Priority.FOREGROUND;
        Picture picture = known;
        for (int round = 0; round < MAX_ROUNDS; round++) {
            List<CompletableFuture<Void>> reads = new ArrayList<>();
            demands.urgent(picture, wanted, held, (part, after) -> reads.add(demands.request(part, after, priority)));
            last.clear();
            last.addAll(reads);
            if (reads.isEmpty() || isTimeUp(allOf(reads), deadline - sequence.now())) {
                break;
            }
            picture = pictures.of(known.key(), wanted.isIndividual(), known);
        }
        return pictures.of(known.key(), wanted.isIndividual(), known);
    }

    /** Whether one of the reads showed a loss that is not believed yet. */
    private static boolean isDoubted(List<CompletableFuture<Void>> reads) {
        return reads.stream()
                .filter(CompletableFuture::isCompletedExceptionally)
                .anyMatch(
                        read -> read.handle((done, failure) -> isDoubt(failure)).join());
    }

    private static boolean isDoubt(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof PermissionsUnavailableException unavailable
                && unavailable.reason() == Reason.IMPLAUSIBLE;
    }

    private static CompletableFuture<Void> allOf(List<CompletableFuture<Void>> reads) {
        return CompletableFuture.allOf(reads.toArray(CompletableFuture<?>[]::new));
    }

    /** Waits for the reads. Returns whether one failed or the time is up. */
    private boolean isTimeUp(CompletableFuture<Void> reads, long nanos) {
        try {
            executor.await(reads, Math.max(nanos, 0));
            return reads.isCompletedExceptionally();
        } catch (TimeoutException e) {
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PermissionsUnavailableException(Reason.TIMEOUT, "Interrupted while waiting for the provider.");
        }
    }

    /** @param reason why the picture is not usable, if it is not */
    private static Picture usable(Picture picture, Freshness wanted, Scopes held, Reason reason) {
        boolean isLossPending = wanted.isIndividual() && picture.pendingLoss(held) != Long.MIN_VALUE;
        if (picture.readAt() < wanted.rejectBefore() || !picture.isEnoughFor(held) || isLossPending) {
            throw new PermissionsUnavailableException(
                    reason, "The permissions could not be read as freshly as demanded.");
        }
        return picture;
    }
}
