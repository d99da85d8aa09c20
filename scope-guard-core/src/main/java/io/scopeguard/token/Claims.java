package io.scopeguard.token;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.scopeguard.token.InvalidTokenException.Reason;
import java.text.ParseException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The claims of a JWT, read strictly: what is there must be of its type. */
final class Claims {

    private final Map<String, Object> values;

    private Claims(Map<String, Object> values) {
        this.values = Collections.unmodifiableMap(values);
    }

    static Claims parse(String json) {
        Map<String, Object> claims;
        try {
            claims = JSONObjectUtils.parse(json);
        } catch (ParseException e) {
            throw notAnObject();
        }
        // That is what the parser makes of JSON's null.
        if (claims == null) {
            throw notAnObject();
        }
        return new Claims(claims);
    }

    boolean has(String name) {
        return values.get(name) != null;
    }

    String text(String name) {
        if (values.get(name) instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw invalid(name, "a string");
    }

    /** A NumericDate, RFC 7519 §2; a fraction is dropped. */
    Instant time(String name) {
        if (values.get(name) instanceof Number seconds) {
            try {
                return Instant.ofEpochSecond(seconds.longValue());
            } catch (DateTimeException e) {
                throw invalid(name, "a time");
            }
        }
        throw invalid(name, "a time");
    }

    /** {@code aud}: one value, or several. */
    List<String> audience() {
        Object aud = values.get("aud");
        if (aud instanceof String single) {
            return List.of(single);
        }
        List<String> several = aud == null ? List.of() : strings("aud", aud);
        if (several.isEmpty()) {
            throw invalid("aud", "a string");
        }
        return several;
    }

    /** {@code scope}, space-delimited or as an array, or {@code scp} where a provider calls it so. Absent is none. */
    List<String> scopes() {
        Object scope = has("scope") ? values.get("scope") : values.get("scp");
        if (scope == null) {
            return List.of();
        }
        return scope instanceof String delimited ? List.of(delimited.split(" ")) : strings("scope", scope);
    }

    @Nullable
    String actor() {
        Object act = values.get("act");
        if (act == null) {
            return null;
        }
        if (act instanceof Map<?, ?> claims && claims.get("sub") instanceof String sub) {
            return sub;
        }
        throw invalid("act", "an object with sub");
    }

    Map<String, Object> asMap() {
        return values;
    }

    private List<String> strings(String name, Object value) {
        if (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
            return list.stream().map(String.class::cast).toList();
        }
        throw invalid(name, "a string");
    }

    private static InvalidTokenException notAnObject() {
        return new InvalidTokenException(Reason.MALFORMED, "The token's payload is not a JSON object.");
    }

    private static InvalidTokenException invalid(String name, String expected) {
        return new InvalidTokenException(
                Reason.INVALID_CLAIM, "The token's claim " + name + " is not " + expected + ".");
    }
}
