package io.scopeguard.provider;

import io.scopeguard.provider.ProviderClock.Order;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The scopes that exist at the provider, and since when. A scope is dated by its creation, if the provider reports that, and by the
 * moment at which this process saw it appear: the event of its creation, or the first list with its present id after the audience
 * was first read. So a scope that was deleted and created again between two reads is new, although its name was always on the list.
 * A scope that was missing from two consecutive lists and returns is new as well.
 *
 * <p>Thread-safe; as large as the provider's own list.
 *
 * @since 0.1
 */
public final class ScopeCatalogue {

    private final Map<Audience, Names> audiences = new ConcurrentHashMap<>();
    private final ProviderClock clock;

    /** Whether a scope that a token lacks is new. */
    public enum Novelty {
        /** The scope existed when the token was issued, or is unknown. */
        NONE,
        /** The provider dates its creation after the token, but this process did not see it appear. */
        DATED,
        /** This process saw it appear, and the token is not certainly newer. */
        SEEN
    }

    /**
     * A scope on the provider's list.
     *
     * @param id {@code null} if the provider has none
     * @param created by the provider's clock, or {@code null} if the provider does not report it
     */
    public record Listing(@Nullable String id, @Nullable Instant created) {}

    /**
     * The time at which a process saw a scope appear, for other processes.
     *
     * @param id {@code null} if the provider has none, or only an event has named the scope so far
     * @param created by the provider's clock, or {@code null} if the provider does not report it
     * @param seenAt in nanoseconds of the steady clock; {@link Long#MIN_VALUE} if the first list of the audience contained the
     *     scope
     * @param isListed whether the last list contained it
     */
    public record Sighting(
            Audience audience,
            String scope,
            @Nullable String id,
            @Nullable Instant created,
            long seenAt,
            boolean isListed) {

        /** This sighting at another time. */
        public Sighting seenAt(long time) {
            return new Sighting(audience, scope, id, created, time, isListed);
        }
    }

    /**
     * @param clock compares the times of tokens with the times of our reads
     */
    public ScopeCatalogue(ProviderClock clock) {
        this.clock = clock;
    }

    /**
     * Applies the list of all scopes of an audience.
     *
     * @param scopes by name
     * @param seenAt when the answer arrived, in nanoseconds of the steady clock: a token that was issued earlier may be older than
     *     the scope
     */
    public void learn(Audience audience, Map<String, Listing> scopes, long seenAt) {
        audiences.compute(audience, (ignored, before) -> orUnread(before).read(scopes, seenAt));
    }

    /**
     * Applies the provider's report that a scope was created. The report may arrive before or after a list with the scope.
     *
     * @param receivedAt when the report arrived, in nanoseconds of the steady clock
     */
    public void created(Audience audience, String scope, long receivedAt) {
        audiences.compute(audience, (ignored, before) -> orUnread(before).reported(scope, receivedAt));
    }

    /** The known scopes of all audiences that were read. */
    public List<Sighting> sightings() {
        List<Sighting> all = new ArrayList<>();
        audiences.forEach((audience, names) -> {
            if (names.isRead) {
                names.known.forEach((name, known) ->
                        all.add(new Sighting(audience, name, known.id, known.created, known.seenAt, known.isListed)));
            }
        });
        return all;
    }

    /**
     * Applies a sighting of another process. Among sightings of the same creation, the earliest counts. A different id or a later
     * creation is a different scope, and the later one counts.
     */
    public void merge(List<Sighting> seen) {
        seen.forEach(sighting -> audiences.compute(
                sighting.audience, (ignored, before) -> orUnread(before).merged(sighting)));
    }

    /** Whether the provider gained the scope after it issued a token. An audience that was never read has no new scopes. */
    public Novelty noveltySince(Audience audience, String scope, Instant issuedAt) {
        Known found = orUnread(audiences.get(audience)).known.get(scope);
        if (found == null) {
            return Novelty.NONE;
        }
        boolean isDatedLater = found.created != null && found.created.isAfter(issuedAt);
        if (found.seenAt == Known.ALWAYS) {
            return isDatedLater ? Novelty.DATED : Novelty.NONE;
        }
        Order order = clock.compare(issuedAt, found.seenAt);
        return isDatedLater || order == Order.BEFORE || order == Order.UNDECIDED ? Novelty.SEEN : Novelty.NONE;
    }

    /**
     * The time at which this process saw the scope appear: the event of its creation, or the end of the first read with its present
     * id, in nanoseconds of the steady clock. Empty if the first list of the audience contained the scope.
     */
    public OptionalLong appearedAt(Audience audience, String scope) {
        Known found = orUnread(audiences.get(audience)).known.get(scope);
        return found == null || found.seenAt == Known.ALWAYS ? OptionalLong.empty() : OptionalLong.of(found.seenAt);
    }

    /** Whether no audience was ever read, for example because the provider lists no scopes. */
    public boolean isUnread() {
        return audiences.values().stream().noneMatch(Names::isRead);
    }

    /** The scopes of an audience, or {@code null} if it was never read. */
    public @Nullable Scopes scopesOf(Audience audience) {
        Names names = orUnread(audiences.get(audience));
        return names.isRead ? names.listed() : null;
    }

    /** Whether the last list of the audience contained this scope, with the same name and id. */
    public boolean contains(Audience audience, String scope, @Nullable String id) {
        Known found = orUnread(audiences.get(audience)).known.get(scope);
        return found != null && found.isListed && found.hasId(id);
    }

    private static Names orUnread(@Nullable Names names) {
        return names == null ? Names.UNREAD : names;
    }

    /** The scopes of one audience. Immutable. */
    private record Names(boolean isRead, Map<String, Known> known) {

        static final Names UNREAD = new Names(false, Map.of());

        /** Limits the number of scopes from reports alone. Scopes beyond it are dated when they are read. */
        private static final int MAX_REPORTED = 2_000;

        Names read(Map<String, Listing> scopes, long seenAt) {
            Map<String, Known> renewed = new HashMap<>();
            scopes.forEach((name, listing) -> renewed.put(name, read(known.get(name), listing, seenAt)));
            // One list without a name may be incomplete; after the second one, the scope is gone.
            known.forEach((name, last) -> {
                if (last.isListed) {
                    renewed.putIfAbsent(name, last.missing());
                }
            });
            return new Names(true, Map.copyOf(renewed));
        }

        private Known read(@Nullable Known last, Listing listing, long seenAt) {
            if (last == null) {
                return Known.of(listing, isRead ? seenAt : Known.ALWAYS);
            }
            return Known.of(listing, last.isReplacedBy(listing) ? seenAt : last.seenAt);
        }

        Names merged(Sighting seen) {
            Known theirs = new Known(seen.id, seen.created, seen.seenAt, seen.isListed);
            Known ours = known.get(seen.scope);
            Known merged = ours == null ? theirs : ours.mergedWith(theirs);
            if (merged.equals(ours)) {
                return this;
            }
            Map<String, Known> renewed = new HashMap<>(known);
            renewed.put(seen.scope, merged);
            return new Names(true, Map.copyOf(renewed));
        }

        Names reported(String name, long receivedAt) {
            if (known.size() >= MAX_REPORTED) {
                return this;
            }
            Map<String, Known> renewed = new HashMap<>(known);
            renewed.put(name, Known.reported(known.get(name), receivedAt));
            return new Names(isRead, Map.copyOf(renewed));
        }

        Scopes listed() {
            return Scopes.ofTokens(known.keySet()).where(name -> isListed(known.get(name)));
        }

        private static boolean isListed(@Nullable Known found) {
            return found != null && found.isListed;
        }
    }

    /**
     * One name.
     *
     * @param id {@code null} if the provider has none, or only an event has named the scope so far
     * @param seenAt when it was seen to appear, or {@link #ALWAYS} if the first list of the audience contained it
     * @param isListed whether the last list or event contained it
     */
    private record Known(@Nullable String id, @Nullable Instant created, long seenAt, boolean isListed) {

        static final long ALWAYS = Long.MIN_VALUE;

        static Known of(Listing listing, long seenAt) {
            return new Known(listing.id, listing.created, seenAt, true);
        }

        static Known reported(@Nullable Known last, long receivedAt) {
            // Its id is unknown, so the next list cannot mistake the scope for another.
            return new Known(null, null, last == null ? receivedAt : Math.max(receivedAt, last.seenAt), true);
        }

        Known missing() {
            return new Known(id, created, seenAt, false);
        }

        /** Returns the earlier sighting of the same creation, or the sighting of the later creation. */
        Known mergedWith(Known other) {
            boolean isSame = Objects.equals(id, other.id) && Objects.equals(created, other.created);
            if (isSame) {
                return new Known(id, created, earlier(seenAt, other.seenAt), isListed);
            }
            return isEarlierThan(other) ? other : this;
        }

        /** A process that found the scope at its first read did not see it appear. */
        private static long earlier(long a, long b) {
            return (a == ALWAYS || b == ALWAYS) ? Math.max(a, b) : Math.min(a, b);
        }

        private boolean isEarlierThan(Known other) {
            if (created != null && other.created != null && !created.equals(other.created)) {
                return created.isBefore(other.created);
            }
            return seenAt < other.seenAt;
        }

        boolean hasId(@Nullable String other) {
            return id == null || other == null || id.equals(other);
        }

        /** Whether a scope with another id or a later creation has replaced the known one. */
        boolean isReplacedBy(Listing listing) {
            boolean isLater = created != null && listing.created != null && listing.created.isAfter(created);
            return isLater || !hasId(listing.id);
        }
    }
}
