package io.scopeguard.drift;

import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.token.IssuerClock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which scopes the provider knows, and since when. A name is dated by the latest of its creation, where the provider tells
 * it, the receipt of the event of its creation, and its first sight after the audience was first read; what was there at the
 * first reading, told no creation and sent no event has been there always. A name that is missing from two readings in a row
 * and comes back is new again. Thread-safe; as large as the provider's own list.
 */
public final class ScopeCatalogue {

    private final Map<Audience, Names> audiences = new ConcurrentHashMap<>();
    private final IssuerClock clock;

    /**
     * @param clock the one by which tokens, and creations that the provider tells, are dated
     */
    public ScopeCatalogue(IssuerClock clock) {
        this.clock = clock;
    }

    /** A catalogue of a provider whose clock agrees with ours. */
    public ScopeCatalogue() {
        this(new IssuerClock());
    }

    /**
     * Takes in all scopes of an audience, as read from the provider.
     *
     * @param created each name with its creation by the provider's clock, or {@link Instant#MIN} where it does not tell
     * @param readAt when the read began, by our clock
     */
    public void learn(Audience audience, Map<String, Instant> created, Instant readAt) {
        Instant sight = sight(readAt);
        audiences.compute(audience, (ignored, before) -> orUnread(before).read(created, sight));
    }

    /**
     * Takes in that the provider reports a scope to be created, which may come before or after a reading that shows it.
     *
     * @param receivedAt when the report arrived, by our clock
     */
    public void created(Audience audience, String scope, Instant receivedAt) {
        Instant sight = sight(receivedAt);
        audiences.compute(audience, (ignored, before) -> orUnread(before).reported(scope, sight));
    }

    /**
     * Whether the provider gained the scope after this time. An audience that was never read has no news.
     *
     * @param time by the provider's clock
     */
    public boolean isNewSince(Audience audience, String scope, Instant time) {
        Known found = orUnread(audiences.get(audience)).known.get(scope);
        return found != null && found.since.isAfter(time);
    }

    /** The scopes of an audience, or {@code null} if it was never read. */
    public @Nullable Scopes scopesOf(Audience audience) {
        Names names = orUnread(audiences.get(audience));
        return names.isRead ? names.listed() : null;
    }

    /** New to every token that is not certainly issued later: one issued within the tolerance lacks it for the same reason. */
    private Instant sight(Instant ours) {
        return clock.at(ours).plus(IssuerClock.TOLERANCE);
    }

    private static Names orUnread(@Nullable Names names) {
        return names == null ? Names.UNREAD : names;
    }

    /** The scopes of one audience. Immutable. */
    private record Names(boolean isRead, Map<String, Known> known) {

        static final Names UNREAD = new Names(false, Map.of());

        /** Reports alone must not fill the memory; what is left out is dated when it is read. */
        private static final int MAX_REPORTED = 2_000;

        Names read(Map<String, Instant> created, Instant sight) {
            Map<String, Known> renewed = new HashMap<>();
            created.forEach((name, creation) -> {
                Instant first = isRead ? sight : Instant.MIN;
                // A later creation than the one we know: the scope was made anew between two readings.
                renewed.put(name, new Known(later(creation, since(name, first)), true));
            });
            // One reading without a name may be half an answer; after the second it is gone.
            known.forEach((name, last) -> {
                if (last.isListed) {
                    renewed.putIfAbsent(name, new Known(last.since, false));
                }
            });
            return new Names(true, Map.copyOf(renewed));
        }

        Names reported(String name, Instant sight) {
            if (known.size() >= MAX_REPORTED) {
                return this;
            }
            Map<String, Known> renewed = new HashMap<>(known);
            renewed.put(name, new Known(later(sight, since(name, sight)), true));
            return new Names(isRead, Map.copyOf(renewed));
        }

        Scopes listed() {
            return Scopes.ofTokens(known.keySet()).where(name -> isListed(known.get(name)));
        }

        private Instant since(String name, Instant otherwise) {
            Known last = known.get(name);
            return last == null ? otherwise : last.since;
        }

        private static boolean isListed(@Nullable Known found) {
            return found != null && found.isListed;
        }

        private static Instant later(Instant a, Instant b) {
            return a.isAfter(b) ? a : b;
        }
    }

    /** Since when a name is known, by the provider's clock, and whether the last we heard had it. */
    private record Known(Instant since, boolean isListed) {}
}
