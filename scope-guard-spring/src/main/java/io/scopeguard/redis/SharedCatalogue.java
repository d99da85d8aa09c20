package io.scopeguard.redis;

import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.ScopeCatalogue.Sighting;
import java.util.List;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import tools.jackson.core.type.TypeReference;

/**
 * The scopes that exist at the provider, and when a replica first saw each, so that the same scopes are new to all replicas.
 * Thread-safe.
 */
final class SharedCatalogue {

    private static final TypeReference<List<Sighting>> SIGHTINGS = new TypeReference<>() {};

    private final BoundedRedis redis;
    private final Keys keys;
    private final ServerClock server;
    private final ScopeCatalogue catalogue;

    SharedCatalogue(BoundedRedis redis, Keys keys, ServerClock server, ScopeCatalogue catalogue) {
        this.redis = redis;
        this.keys = keys;
        this.server = server;
        this.catalogue = catalogue;
    }

    /** Notes the sightings of other replicas, and adds those of this one. Waits briefly. */
    void synchronize() {
        byte[] key = keys.common("catalogue");
        redis.ask(commands -> commands.get(key))
                .flatMap(value -> Optional.ofNullable(keys.unsealed(key, value)))
                .ifPresent(json -> {
                    List<Sighting> seen = SharedJson.read(json, SIGHTINGS);
                    if (seen != null) {
                        catalogue.merge(timed(seen, server::nanos));
                    }
                });
        byte[] merged = keys.sealed(key, SharedJson.write(timed(catalogue.sightings(), server::micros)));
        redis.tell(commands -> commands.set(key, merged));
    }

    private static List<Sighting> timed(List<Sighting> sightings, LongUnaryOperator time) {
        return sightings.stream()
                .map(each -> each.seenAt(time.applyAsLong(each.seenAt())))
                .toList();
    }
}
