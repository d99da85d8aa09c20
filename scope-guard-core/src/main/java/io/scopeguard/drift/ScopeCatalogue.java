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
 * there always. A name that goes and comes back is new again. Thread-safe; as large as the provider's own list.
 */
public final class ScopeCatalogue {

    private final Map<Audience, Map<String, Instant>> since = new ConcurrentHashMap<>();

    /**
     * Takes in all scopes of an audience, as read from the provider.
     *
     * @param created each name with its creation, or {@link Instant#MIN} where the provider does not tell
     * @param readAt when the read began
     */
    public void learn(Audience audience, Map<String, Instant> created, Instant readAt) {
        since.compute(audience, (ignored, before) -> dated(created, before, readAt));
    }

    /** Whether the provider gained the scope after this time. An audience that was never read has no news. */
    public boolean isNewSince(Audience audience, String scope, Instant time) {
        Map<String, Instant> known = since.get(audience);
        return known != null && known.getOrDefault(scope, Instant.MIN).isAfter(time);
    }

    /** The scopes of an audience, or {@code null} if it was never read. */
    public @Nullable Scopes scopesOf(Audience audience) {
        Map<String, Instant> known = since.get(audience);
        return known == null ? null : Scopes.ofTokens(known.keySet());
    }

    private static Map<String, Instant> dated(
            Map<String, Instant> created, @Nullable Map<String, Instant> before, Instant readAt) {
        Map<String, Instant> dated = new HashMap<>();
        created.forEach((name, creation) -> dated.put(name, date(name, creation, before, readAt)));
        return Map.copyOf(dated);
    }

    private static Instant date(String name, Instant creation, @Nullable Map<String, Instant> before, Instant readAt) {
        if (before == null) {
            return creation;
        }
        Instant known = before.getOrDefault(name, readAt);
        // A later creation than the one we know: the scope was made anew between two readings.
        return creation.isAfter(known) ? creation : known;
    }
}
