package io.scopeguard.provider;

import io.scopeguard.provider.InvalidTokenException.Reason;
import io.scopeguard.scope.Scopes;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The claims of a JWT, read strictly: a claim that is present must have the expected type. A claim with the value {@code null}
 * counts as absent. All methods throw {@link InvalidTokenException} if a claim has another type than they return. Immutable.
 *
 * @since 0.1
 */
public final class TokenClaims {

    /** The scopes of OpenID Connect: they request claims or a refresh token, and permit nothing. */
    private static final Set<String> OPENID_SCOPES =
            Set.of("openid", "profile", "email", "address", "phone", "offline_access");

    private final Map<String, Object> values;

    /** @param values as a JSON parser returns them: strings, numbers, booleans, lists and maps */
    public TokenClaims(Map<String, Object> values) {
        this.values = Collections.unmodifiableMap(values);
    }

    /** Whether the claim is present. */
    public boolean has(String name) {
        return values.get(name) != null;
    }

    /** A string that is required and not empty. */
    public String text(String name) {
        if (values.get(name) instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw invalid(name, "a string");
    }

    /** A string that is not empty, or {@code null} if the claim is absent. */
    public @Nullable String textIfPresent(String name) {
        return has(name) ? text(name) : null;
    }

    /** A NumericDate that is required (RFC 7519 §2); a fraction of a second is dropped. */
    public Instant time(String name) {
        if (values.get(name) instanceof Number seconds) {
            try {
                return Instant.ofEpochSecond(seconds.longValue());
            } catch (DateTimeException e) {
                throw invalid(name, "a time");
            }
        }
        throw invalid(name, "a time");
    }

    /** A list of strings; empty if the claim is absent. */
    public List<String> strings(String name) {
        Object value = values.get(name);
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
            return list.stream().map(String.class::cast).toList();
        }
        throw invalid(name, "a list of strings");
    }

    /** An object's members, or {@code null} if the claim is absent. */
    public @Nullable TokenClaims object(String name) {
        Object value = values.get(name);
        if (value == null) {
            return null;
        }
        if (value instanceof Map<?, ?> members) {
            Map<String, Object> copy = new LinkedHashMap<>();
            members.forEach((key, member) -> copy.put(String.valueOf(key), member));
            return new TokenClaims(copy);
        }
        throw invalid(name, "an object");
    }

    /** {@code aud}, which is required: one value or several (RFC 7519 §4.1.3). */
    public List<String> audience() {
        if (values.get("aud") instanceof String single) {
            return List.of(single);
        }
        List<String> several = strings("aud");
        if (several.isEmpty()) {
            throw invalid("aud", "a string");
        }
        return several;
    }

    /**
     * The permissions in {@code scope}, which is space-delimited (RFC 9068 §2.2.3) or a list, or in {@code scp} if there is no
     * {@code scope}; without the scopes of OpenID Connect. Empty if both are absent.
     */
    public Scopes scopes() {
        String name = has("scope") ? "scope" : "scp";
        List<String> scopes =
                values.get(name) instanceof String delimited ? List.of(delimited.split(" ")) : strings(name);
        return Scopes.ofTokens(scopes).where(scope -> !isOpenIdScope(scope));
    }

    /** Whether {@link #scopes} leaves this name out, because it is a scope of OpenID Connect. */
    public static boolean isOpenIdScope(String name) {
        return OPENID_SCOPES.contains(name);
    }

    /** {@code act.sub}, the party that acts for the subject (RFC 8693 §4.1), or {@code null} if there is none. */
    public @Nullable String actor() {
        TokenClaims act = object("act");
        return act == null ? null : act.text("sub");
    }

    /** All claims as they were received, unmodifiable. */
    public Map<String, Object> asMap() {
        return values;
    }

    /**
     * Rejects a claim.
     *
     * @param expected the expected type, such as {@code a string}
     */
    public static InvalidTokenException invalid(String name, String expected) {
        return new InvalidTokenException(
                Reason.INVALID_CLAIM, "The token's claim " + name + " is not " + expected + ".");
    }

    /** The names of the claims: values must not be logged. */
    @Override
    public String toString() {
        return "claims " + values.keySet();
    }
}
