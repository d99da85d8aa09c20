package io.scopeguard.token;

import com.nimbusds.jose.jwk.JWK;
import io.scopeguard.token.KeyListener.Outcome;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The keys that a JWK Set publishes. An entry that cannot be used is skipped and does not affect the others (RFC 7517 §5).
 * Immutable.
 *
 * @param keys reliable public keys, each with a unique id
 * @param setAside the reasons why entries are ignored, by the name of the entry; without secrets, fit for a log
 */
record PublishedKeys(List<JWK> keys, Map<String, String> setAside) {

    /** Malformed content of one entry must not make the whole set unreadable. */
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNumberLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .build();

    private static final Pattern PRINTABLE_ID = Pattern.compile("[A-Za-z0-9._~+/=:-]{1,100}");

    PublishedKeys {
        keys = List.copyOf(keys);
        setAside = Map.copyOf(setAside);
    }

    /**
     * Reads a JWK Set.
     *
     * @throws KeySetException if it is not a JWK Set, or contains no reliable key
     */
    static PublishedKeys parse(byte[] body) throws KeySetException {
        Reading reading = new Reading();
        int position = 0;
        for (JsonNode entry : entries(body)) {
            position++;
            reading.add(entry, position);
        }
        PublishedKeys published = reading.result();
        if (published.keys.isEmpty()) {
            // An issuer that signs has a key, so an empty set is an accident and must not replace the known keys.
            throw new KeySetException(
                    Outcome.NO_KEYS, "none of its " + position + " entries is a key that can be relied on");
        }
        return published;
    }

    private static JsonNode entries(byte[] body) throws KeySetException {
        try {
            JsonNode entries = MAPPER.readTree(body).path("keys");
            if (entries.isArray()) {
                return entries;
            }
        } catch (JacksonException e) {
            // Reported below.
        }
        throw new KeySetException(Outcome.MALFORMED, "the answer is not a JWK Set");
    }

    private static final class Reading {

        private final Map<String, JWK> keys = new LinkedHashMap<>();
        private final Map<String, String> setAside = new LinkedHashMap<>();
        private final Set<String> refusedIds = new HashSet<>();

        void add(JsonNode entry, int position) {
            try {
                JWK key = jwk(entry);
                if (KeyPolicy.isForVerification(key)) {
                    add(key);
                }
            } catch (UnreliableKeyException e) {
                setAside.put(nameOf(entry, position), e.reason());
            }
        }

        PublishedKeys result() {
            List<JWK> rest = new ArrayList<>(keys.values());
            rest.removeIf(key -> refusedIds.contains(key.getKeyID()));
            return new PublishedKeys(rest, setAside);
        }

        private void add(JWK key) throws UnreliableKeyException {
            String id = key.getKeyID();
            if (id == null) {
                throw new UnreliableKeyException("it has no kid");
            }
            if (key.isPrivate()) {
                // Anybody can sign with a published secret, so its id is rejected even if another key has the same id.
                refusedIds.add(id);
                throw new UnreliableKeyException("it is published with its secret part: take it out of use");
            }
            KeyPolicy.checkStrength(key);
            JWK other = keys.putIfAbsent(id, key);
            if (other != null && !other.equals(key)) {
                refusedIds.add(id);
                throw new UnreliableKeyException("several keys have this kid, none of them is used");
            }
        }

        private static JWK jwk(JsonNode entry) throws UnreliableKeyException {
            if (!entry.isObject()) {
                throw new UnreliableKeyException("it is not a JSON object");
            }
            try {
                return JWK.parse(entry.toString());
            } catch (ParseException | RuntimeException e) {
                // The parser throws undeclared exceptions, for example for points that are not on their curve.
                throw new UnreliableKeyException("it is malformed, or of an unknown type or curve");
            }
        }

        /** The name of an entry: its id if that is printable, or else its position. */
        private static String nameOf(JsonNode entry, int position) {
            String id = entry.path("kid").asString("");
            return PRINTABLE_ID.matcher(id).matches() ? "key " + id : "entry " + position;
        }
    }
}
