package io.scopeguard.redis;

import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.ScopeCatalogue.Sighting;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/**
 * The scopes that exist at the provider, and when a replica first saw each, so that the same scopes are new to all replicas.
 * Thread-safe.
 */
final class SharedCatalogue {

    private static final TypeReference<List<Sighting>> SIGHTINGS = new TypeReference<>() {};

    private static final long TOLERANCE = TimeUnit.SECONDS.toNanos(1);

    private static final byte[] NOTHING = new byte[0];

    /** Other replicas may write at the same time. A value that is not written now is written after the next read of definitions. */
    private static final int MAX_TRIES = 5;

    private final BoundedRedis redis;
    private final Keys keys;
    private final byte[] key;
    private final ServerClock server;
    private final ScopeCatalogue catalogue;

    SharedCatalogue(BoundedRedis redis, Keys keys, ServerClock server, ScopeCatalogue catalogue) {
        this.redis = redis;
        this.keys = keys;
        this.key = keys.common("catalogue");
        this.server = server;
        this.catalogue = catalogue;
    }

    /**
     * Notes the sightings of other replicas, and writes them together with those of this one, which has just read. Waits briefly.
     */
    void add() {
        byte[] stored = read();
        noted(stored);
        write(stored);
    }

    /** Notes the sightings of other replicas. Writes only if this replica has sightings that are not stored. Waits briefly. */
    void take() {
        byte[] stored = read();
        List<Sighting> theirs = noted(stored);
        if (catalogue.sightings().stream().anyMatch(ours -> isMissing(ours, theirs))) {
            write(stored);
        }
    }

    private byte[] read() {
        return redis.call(commands -> commands.get(key)).orElse(NOTHING);
    }

    private List<Sighting> noted(byte[] stored) {
        byte[] json = stored.length == 0 ? null : keys.unsealed(key, stored);
        List<Sighting> theirs = json == null ? null : SharedJson.read(json, SIGHTINGS);
        if (theirs == null) {
            return List.of();
        }
        List<Sighting> seen = timed(theirs, server::nanos);
        catalogue.merge(seen);
        return seen;
    }

    /** Writes all sightings. If another replica has written since the value was read, its sightings are noted before. */
    private void write(byte[] stored) {
        byte[] last = stored;
        for (int i = 0; last != null && i < MAX_TRIES; i++) {
            last = newerThan(last);
            if (last != null) {
                noted(last);
            }
        }
    }

    /** Replaces the stored value. Returns the value that another replica has stored meanwhile, or {@code null}. */
    private byte @Nullable [] newerThan(byte[] stored) {
        byte[] merged = keys.sealed(key, SharedJson.write(timed(catalogue.sightings(), server::micros)));
        return redis.call(commands ->
                        Script.REPLACE.run(commands, List.of(key), Script.bytes(commands.digest(stored)), merged))
                .filter(reply -> !reply.isEmpty())
                .map(reply -> (byte[]) reply.get(0))
                .orElse(null);
    }

    private static boolean isMissing(Sighting ours, List<Sighting> theirs) {
        return theirs.stream().noneMatch(each -> isSame(ours, each));
    }

    /** Times that were translated differ a little. */
    private static boolean isSame(Sighting ours, Sighting theirs) {
        return ours.audience().equals(theirs.audience())
                && ours.scope().equals(theirs.scope())
                && Objects.equals(ours.id(), theirs.id())
                && Objects.equals(ours.created(), theirs.created())
                && (ours.seenAt() == theirs.seenAt() || Math.abs(ours.seenAt() - theirs.seenAt()) < TOLERANCE);
    }

    private static List<Sighting> timed(List<Sighting> sightings, LongUnaryOperator time) {
        return sightings.stream()
                .map(each -> each.seenAt(time.applyAsLong(each.seenAt())))
                .toList();
    }
}
