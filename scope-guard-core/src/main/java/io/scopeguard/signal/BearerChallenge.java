package io.scopeguard.signal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A {@code WWW-Authenticate} value of the Bearer scheme (RFC 6750 §3, RFC 9728 §5.1): each attribute once, quoted. */
final class BearerChallenge {

    private final Map<String, String> attributes = new LinkedHashMap<>();

    /** Adds an attribute, unless its value is missing or empty. Characters that RFC 6750 does not allow are left out. */
    BearerChallenge with(String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            attributes.put(name, allowed(value));
        }
        return this;
    }

    @Override
    public String toString() {
        return attributes.entrySet().stream()
                .map(attribute -> attribute.getKey() + "=\"" + attribute.getValue() + '"')
                .collect(Collectors.joining(", ", attributes.isEmpty() ? "Bearer" : "Bearer ", ""));
    }

    private static String allowed(String value) {
        return value.chars()
                .filter(c -> c >= 0x20 && c <= 0x7E && c != '"' && c != '\\')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
