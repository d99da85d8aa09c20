package io.scopeguard.logtobox.oidc;

import io.scopeguard.logtobox.wire.Json;
import io.scopeguard.logtobox.wire.RequestError;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The signing key and the published keys: current, next, previous, in this order. */
public final class SigningKeys {

    private final Clock clock;
    private SigningKey current;
    private @Nullable SigningKey next;
    private @Nullable SigningKey previous;
    private Instant nextTakesOver = Instant.MAX;

    public SigningKeys(Clock clock) {
        this.clock = clock;
        this.current =
                SigningKey.generate(SigningKey.Algorithm.EC, clock.instant().getEpochSecond());
    }

    synchronized SigningKey current() {
        takeOver();
        return current;
    }

    synchronized Optional<SigningKey> find(String kid) {
        return keys().stream().filter(key -> key.kid().equals(kid)).findFirst();
    }

    synchronized List<Map<String, @Nullable Object>> published() {
        return keys().stream().map(SigningKey::published).toList();
    }

    /**
     * Generates a new key. Without a grace period, it signs at once; otherwise it is published as the next key and signs when the
     * period has passed.
     */
    public synchronized List<Map<String, @Nullable Object>> rotate(@Nullable String algorithm, Duration grace) {
        takeOver();
        SigningKey fresh = SigningKey.generate(
                algorithm == null ? SigningKey.Algorithm.EC : SigningKey.Algorithm.valueOf(algorithm),
                clock.instant().getEpochSecond());
        next = fresh;
        nextTakesOver = clock.instant().plus(grace);
        takeOver();
        return list();
    }

    public synchronized List<Map<String, @Nullable Object>> list() {
        takeOver();
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        rows.add(row(current, "Current"));
        if (next != null) {
            rows.add(row(next, "Next"));
        }
        if (previous != null) {
            rows.add(row(previous, "Previous"));
        }
        return List.copyOf(rows);
    }

    /** Only the previous key may be deleted. Tokens that it signed can then no longer be verified. */
    public synchronized void delete(String id) {
        takeOver();
        if (previous != null && previous.id().equals(id)) {
            previous = null;
            return;
        }
        throw keys().stream().anyMatch(key -> key.id().equals(id))
                ? RequestError.of(422, "oidc.only_previous_key_can_be_deleted", "Only a previous key can be deleted.")
                : RequestError.of(404, "oidc.key_not_found", "Key with ID " + id + " is not found.");
    }

    private List<SigningKey> keys() {
        takeOver();
        List<SigningKey> keys = new ArrayList<>();
        keys.add(current);
        if (next != null) {
            keys.add(next);
        }
        if (previous != null) {
            keys.add(previous);
        }
        return keys;
    }

    private void takeOver() {
        if (next != null && !clock.instant().isBefore(nextTakesOver)) {
            previous = current;
            current = next;
            next = null;
        }
    }

    private static Map<String, @Nullable Object> row(SigningKey key, String status) {
        return Json.object(
                "id", key.id(),
                "createdAt", key.createdAt(),
                "signingKeyAlgorithm", key.algorithm().name(),
                "status", status);
    }
}
