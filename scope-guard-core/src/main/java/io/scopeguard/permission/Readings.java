package io.scopeguard.permission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Interner;
import io.scopeguard.permission.MassLoss.Loss;
import io.scopeguard.token.Subject;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The last believed reading of each holder. Bounded by weight; those that took something away are kept longer, because they
 * bind tokens that outlive them. Thread-safe.
 */
final class Readings {

    private static final long MAX_ORGANIZATIONS = 100_000;
    private static final long MAX_REVOCATIONS = 100_000;
    private static final Duration LIFE_OF_TOKENS = Duration.ofHours(24);

    /** An id of this length is what an entry weighs anyway. */
    private static final int ID_LENGTH = 64;

    private final Interner<HeldRoles> roles = Interner.newWeakInterner();
    private final Interner<String> organizations = Interner.newWeakInterner();
    private final Cache<String, Roster> rosters =
            Caffeine.newBuilder().maximumSize(MAX_ORGANIZATIONS).build();
    private final Cache<Holder, Reading> revocations = Caffeine.newBuilder()
            .maximumSize(MAX_REVOCATIONS)
            .expireAfterWrite(LIFE_OF_TOKENS)
            .build();

    /** What showed that a subject is suspended or deleted. */
    private final Cache<Subject, Reading> inactive = Caffeine.newBuilder()
            .maximumSize(MAX_REVOCATIONS)
            .expireAfterWrite(LIFE_OF_TOKENS)
            .build();

    private final Cache<Holder, Reading> readings;

    Readings(long maxEntries, Duration idle) {
        readings = Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumWeight(maxEntries)
                .weigher((Holder holder, Reading reading) -> 1 + holder.id().length() / ID_LENGTH)
                .expireAfterAccess(idle)
                .evictionListener((holder, reading, cause) -> forgotten(holder, reading))
                .build();
    }

    @Nullable
    Reading find(Holder holder) {
        Reading known = readings.getIfPresent(holder);
        return known != null ? known : revocations.getIfPresent(holder);
    }

    /** Without taking that for a use. */
    @Nullable
    Reading glance(Holder holder) {
        Reading known = readings.policy().getIfPresentQuietly(holder);
        return known != null ? known : revocations.getIfPresent(holder);
    }

    /** What showed last that a subject is suspended or deleted, in whatever organization, unless it was seen active since. */
    @Nullable
    Reading inactive(Subject subject) {
        return inactive.getIfPresent(subject);
    }

    /** Notices the first use of a reading: it counts for how its organization is read. */
    void use(Holder holder, Reading reading) {
        if (reading.use() && holder.kind() == Holder.Kind.MEMBER && holder.organization() != null) {
            roster(holder.organization()).use();
        }
    }

    /** Notices that a request needs a reading and has none that will do. */
    void miss(Holder holder) {
        if (holder.kind() == Holder.Kind.MEMBER && holder.organization() != null) {
            roster(holder.organization()).miss(holder);
        }
    }

    Roster roster(String organization) {
        return rosters.get(organizations.intern(organization), ignored -> new Roster());
    }

    /** What a holder holds, as a reading that follows the last. */
    Reading next(
            @Nullable Reading last,
            Holdings holdings,
            long asOf,
            long stamp,
            boolean confirmed,
            Definitions.View view) {
        HeldRoles held = roles.intern(new HeldRoles(holdings));
        return last == null
                ? Reading.first(held, asOf, stamp, confirmed)
                : last.followedBy(held, asOf, stamp, confirmed, view);
    }

    /** Believes a reading, unless a newer one has been meanwhile. */
    boolean believe(Holder holder, Reading next, boolean revokes) {
        Holder key = compact(holder);
        Reading believed = readings.asMap().compute(key, (ignored, last) -> {
            if (last != null && last.stamp() > next.stamp()) {
                return last;
            }
            forgotten(holder, last);
            return next;
        });
        noteActivity(holder.subject(), next);
        found(holder);
        if (believed != next) {
            return false;
        }
        if (revokes) {
            revocations.put(key, next);
        } else {
            revocations.asMap().computeIfPresent(holder, (ignored, last) -> next);
        }
        return true;
    }

    /** What one kind of reading has shown of a member, the other kind takes over. What shrinks it, only if that was confirmed. */
    void share(Holder holder, Reading next, boolean confirmed, Definitions.View view) {
        Holder counterpart = holder.counterpart();
        Reading known = counterpart == null ? null : glance(counterpart);
        if (counterpart == null || known == null || known.stamp() > next.stamp()) {
            return;
        }
        Holdings shown = shown(counterpart, known.holdings(), next.holdings());
        if (shown == null) {
            forget(counterpart);
        } else if (!shown.equals(known.holdings()) && (confirmed || !shown.shrinks(known.holdings()))) {
            HeldRoles held = roles.intern(new HeldRoles(shown));
            Reading corrected = next.tellsAllAbout(counterpart)
                    ? known.followedBy(held, next.asOf(), next.stamp(), next.isConfirmed(), view)
                    : known.correctedBy(held, next.asOf(), view);
            believe(counterpart, corrected, shown.shrinks(known.holdings()));
        }
    }

    private void noteActivity(Subject subject, Reading next) {
        if (next.holdings().standing().isEverywhere()) {
            inactive.asMap().merge(subject, next.alone(), (last, now) -> last.stamp() > now.stamp() ? last : now);
        } else if (next.holdings().standing() == Standing.ACTIVE) {
            inactive.asMap().computeIfPresent(subject, (ignored, last) -> last.stamp() > next.stamp() ? last : null);
        }
    }

    private static @Nullable Holdings shown(Holder counterpart, Holdings known, Holdings next) {
        return counterpart.kind() == Holder.Kind.MEMBER
                ? next.withinOrganization()
                : known.movedTo(next.withinOrganization());
    }

    /** Goes back to what was believed before. */
    void restore(Loss loss) {
        restore(loss.holder(), loss.before());
        Holder counterpart = loss.holder().counterpart();
        if (counterpart != null) {
            restore(counterpart, loss.counterpart());
        }
    }

    private void restore(Holder holder, @Nullable Reading before) {
        inactive.invalidate(holder.subject());
        revocations.invalidate(holder);
        readings.asMap()
                .computeIfPresent(
                        holder, (ignored, last) -> last.holdings().standing() == Standing.ACTIVE ? last : before);
    }

    private void forget(Holder holder) {
        revocations.invalidate(holder);
        forgotten(holder, readings.asMap().remove(holder));
    }

    private void found(Holder holder) {
        Roster roster = rosterOf(holder);
        if (roster != null) {
            roster.found(holder);
        }
    }

    private void forgotten(@Nullable Holder holder, @Nullable Reading reading) {
        Roster roster = holder != null && reading != null && reading.isUsed() ? rosterOf(holder) : null;
        if (roster != null) {
            roster.forget();
        }
    }

    private @Nullable Roster rosterOf(Holder holder) {
        return holder.kind() == Holder.Kind.MEMBER && holder.organization() != null
                ? rosters.getIfPresent(holder.organization())
                : null;
    }

    private Holder compact(Holder holder) {
        return holder.organization() == null
                ? holder
                : new Holder(holder.kind(), holder.id(), organizations.intern(holder.organization()));
    }
}
