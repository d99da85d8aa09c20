package io.scopeguard.drift;

import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which scopes the provider knows, and since when. A name is dated by the later of its creation, where the provider tells it,
 * and its first sight after the audience was first read; what was there at the first reading and tells no creation has been
 * there always. A name that is missing from two readings in a row and
 * comes back is new again. Thread-safe; as large as the provider's own list.
 */
public final class ScopeCatalogue {

    private final Map<Audience, Map<String, Known>> known = new ConcurrentHashMap<>();

    /**
     * Takes in all scopes of an audience, as read from the provider.
     *
     * @param created each name with its creation, or {@link Instant#MIN} where the provider does not tell
     * @param readAt when the read began
     */
    public void learn(Audience audience, Map<String, Instant> created, Instant readAt) {
        known.compute(audience, (ignored, before) -> renewed(created, before, readAt));
    }

    /**
     * Takes in that the provider reports a scope as just made: dated by the report, unless it is known to be younger. An
     * audience that was never read waits for its first reading.
     */
    public void created(Audience audience, String scope, Instant receivedAt) {
        known.computeIfPresent(audience, (ignored, before) -> {
            Map<String, Known> renewed = new HashMap<>(before);
            renewed.merge(
                    scope,
                    new Known(receivedAt, true),
                    (last, report) -> last.since.isAfter(receivedAt) ? last : report);
            return Map.copyOf(renewed);
        });
    }

    /** Whether the provider gained the scope after this time. An audience that was never read has no news. */
    public boolean isNewSince(Audience audience, String scope, Instant time) {
        Known found = known.getOrDefault(audience, Map.of()).get(scope);
        return found != null && found.since.isAfter(time);
    }

    /** The scopes of an audience, or {@code null} if it was never read. */
    public @Nullable Scopes scopesOf(Audience audience) {
        Map<String, Known> found = known.get(audience);
        return found == null ? null : Scopes.ofTokens(found.keySet()).where(name -> isListed(found.get(name)));
    }

    private static Map<String, Known> renewed(
            Map<String, Instant> created, @Nullable Map<String, Known> before, Instant readAt) {
        Map<String, Known> renewed = new HashMap<>();
        created.forEach((name, creation) -> renewed.put(name, new Known(date(name, creation, before, readAt), true)));
        if (before != null) {
            // One reading without a name may be half an answer; after the second it is gone.
            before.forEach((name, last) -> {
                if (last.listed) {
                    renewed.putIfAbsent(name, new Known(last.since, false));
                }
            });
        }
        return Map.copyOf(renewed);
    }

    private static Instant date(String name, Instant creation, @Nullable Map<String, Known> before, Instant readAt) {
        if (before == null) {
            return creation;
        }
        Known last = before.get(name);
        Instant since = last == null ? readAt : last.since;
        // A later creation than the one we know: the scope was made anew between two readings.
        return creation.isAfter(since) ? creation : since;
    }

    private static boolean isListed(@Nullable Known found) {
        return found != null && found.listed;
    }

    /** Since when a name is known, and whether the last reading had it. */
    private record Known(Instant since, boolean listed) {}
}
