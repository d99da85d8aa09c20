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
 * The scopes that exist at the provider, and since when. A name is dated by its creation, if the provider dates it, and by the
 * moment at which this process saw it appear: the event of its creation, or the first time its present id was on the list after
 * the audience was first read. So a scope that was deleted and created again between two reads is new, although its name was
 * there all the time. So is a scope that was missing from two readings in a row and comes back.
 *
 * <p>Thread-safe; as large as the provider's own list.
 */
public final class ScopeCatalogue {

    private final Map<Audience, Names> audiences = new ConcurrentHashMap<>();
    private final ProviderClock clock;

    /** The catalogue's statement about a scope that a token lacks. */
    public enum Novelty {
        /** The scope existed when the token was issued, or nothing is known of it. */
        NONE,
        /** The provider dates its creation after the token, but this process did not see it appear. */
        TOLD,
        /** This process saw it appear, and the token is not certainly newer than that. */
        SEEN
    }

    /**
     * A scope on the provider's list.
     *
     * @param id {@code null} if the provider has none
     * @param created by the provider's clock, or {@code null} if it does not say
     */
    public record Listing(@Nullable String id, @Nullable Instant created) {}

    /**
     * When a process saw a scope appear, for other processes.
     *
     * @param id {@code null} if the provider has none, or only an event told of the scope so far
     * @param created by the provider's clock, or {@code null} if it does not say
     * @param seenAt in nanoseconds of the steady clock; {@link Long#MIN_VALUE} if the scope was there when the audience was first
     *     read
     * @param isListed whether the last reading contained it
     */
    public record Sighting(
            Audience audience,
            String scope,
            @Nullable String id,
            @Nullable Instant created,
            long seenAt,
            boolean isListed) {

        /** The same at another time. */
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
     * Takes in all scopes of an audience, as read from the provider.
     *
     * @param scopes by name
     * @param seenAt when the answer had arrived, in nanoseconds of the steady clock: a token that is issued before that may
     *     be older than the scope
     */
    public void learn(Audience audience, Map<String, Listing> scopes, long seenAt) {
        audiences.compute(audience, (ignored, before) -> orUnread(before).read(scopes, seenAt));
    }

    /**
     * Takes in that the provider reports a scope to be created, which may come before or after a reading that shows it.
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
     * Notes what another process has seen. Within one creation of a scope the earliest sighting counts. Another id or a later
     * creation is another scope, and the later one counts.
     */
    public void merge(List<Sighting> seen) {
        seen.forEach(sighting -> audiences.compute(
                sighting.audience, (ignored, before) -> orUnread(before).merged(sighting)));
    }

    /** Whether the provider gained the scope after it issued a token. An audience that was never read has no news. */
    public Novelty noveltySince(Audience audience, String scope, Instant issuedAt) {
        Known found = orUnread(audiences.get(audience)).known.get(scope);
        if (found == null) {
            return Novelty.NONE;
        }
        boolean isTold = found.created != null && found.created.isAfter(issuedAt);
        if (found.seenAt == Known.ALWAYS) {
            return isTold ? Novelty.TOLD : Novelty.NONE;
        }
        Order order = clock.compare(issuedAt, found.seenAt);
        return isTold || order == Order.BEFORE || order == Order.UNDECIDED ? Novelty.SEEN : Novelty.NONE;
    }

    /**
     * When this process saw the scope appear: the event of its creation, or the end of the first reading that showed its
     * present id, in nanoseconds of the steady clock. Empty if it was there when the audience was first read.
     */
    public OptionalLong appearedAt(Audience audience, String scope) {
        Known found = orUnread(audiences.get(audience)).known.get(scope);
        return found == null || found.seenAt == Known.ALWAYS ? OptionalLong.empty() : OptionalLong.of(found.seenAt);
    }

    /** Whether no audience was ever read, as with a provider that lists no scopes. */
    public boolean isUnread() {
        return audiences.values().stream().noneMatch(Names::isRead);
    }

    /** The scopes of an audience, or {@code null} if it was never read. */
    public @Nullable Scopes scopesOf(Audience audience) {
        Names names = orUnread(audiences.get(audience));
        return names.isRead ? names.listed() : null;
    }

    /** Whether the last reading of the audience contained this very scope, by name and id. */
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

        /** Reports alone must not fill the memory. Scopes that are left out are dated when they are read. */
        private static final int MAX_REPORTED = 2_000;

        Names read(Map<String, Listing> scopes, long seenAt) {
            Map<String, Known> renewed = new HashMap<>();
            scopes.forEach((name, listing) -> renewed.put(name, read(known.get(name), listing, seenAt)));
            // One reading without a name may be half an answer; after the second it is gone.
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
     * @param id {@code null} if the provider has none, or only an event named the scope so far
     * @param seenAt when it was seen to appear, or {@link #ALWAYS} if it was there when the audience was first read
     * @param isListed whether the last that was heard had it
     */
    private record Known(@Nullable String id, @Nullable Instant created, long seenAt, boolean isListed) {

        static final long ALWAYS = Long.MIN_VALUE;

        static Known of(Listing listing, long seenAt) {
            return new Known(listing.id, listing.created, seenAt, true);
        }

        static Known reported(@Nullable Known last, long receivedAt) {
            // Its id is unknown, so the next reading cannot mistake the scope for another.
            return new Known(null, null, last == null ? receivedAt : Math.max(receivedAt, last.seenAt), true);
        }

        Known missing() {
            return new Known(id, created, seenAt, false);
        }

        /** Of one creation, the earliest sighting; of two, the later one. */
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

        /** A scope with another id, or a later creation, has taken the place of the one we knew. */
        boolean isReplacedBy(Listing listing) {
            boolean isLater = created != null && listing.created != null && listing.created.isAfter(created);
            return isLater || !hasId(listing.id);
        }
    }
}
