package io.scopeguard.spring.autoconfigure;

import io.scopeguard.spring.InvalidSettingException;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.PropertyResolver;

/** Checks that properties of all kinds share. Each names the property, by its full name, and the fix. */
final class SettingChecks {

    /** A path of plain segments: no pattern, nothing encoded. */
    static final Pattern PLAIN_PATH = Pattern.compile("(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+");

    /** A name, an IPv4 address, or an IPv6 address in brackets. */
    static final Pattern HOST = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+]");

    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(100);
    private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(30);

    private SettingChecks() {}

    static @Nullable String notBlank(@Nullable String value) {
        return value == null || value.isBlank() ? null : value;
    }

    static String required(String property, @Nullable String value, String example) {
        if (value == null || value.isBlank()) {
            throw new InvalidSettingException(property, "is not set", "Set it to " + example + ".");
        }
        return value;
    }

    /** Spring would bind an empty value as if it were not set. */
    static void notEmpty(PropertyResolver properties, String name, String choices) {
        String text = properties.getProperty(name);
        if (text != null && text.isBlank()) {
            throw new InvalidSettingException(
                    name,
                    "is '" + text + "'",
                    "Set it to " + choices
                            + ", or remove it. An empty value may come from an environment variable that is not"
                            + " set.");
        }
    }

    static <T> T valid(String property, Supplier<T> value, String fix) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(property, "is not valid: " + e.getMessage(), fix, e);
        }
    }

    static int atLeast(String property, int value, int least) {
        if (value < least) {
            throw new InvalidSettingException(property, "is " + value, "Use " + least + " or more.");
        }
        return value;
    }

    static void positive(String property, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new InvalidSettingException(property, "is " + value, "Use a positive duration such as 2s.");
        }
    }

    /** How long one call to a provider may take. */
    static Duration timeout(String property, Duration value) {
        if (value.compareTo(SHORTEST_TIMEOUT) < 0 || value.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new InvalidSettingException(property, "is " + value, "Use a duration from 100ms to 30s.");
        }
        return value;
    }

    /** Names of hosts, in lower case. */
    static Set<String> hosts(String property, Collection<String> values) {
        Set<String> hosts = new LinkedHashSet<>();
        for (String host : values) {
            if (!HOST.matcher(host).matches()) {
                throw new InvalidSettingException(
                        property,
                        "contains an entry that is not a host name",
                        "Use names such as logto.auth.svc.cluster.local: no scheme, no port, no pattern.");
            }
            hosts.add(host.toLowerCase(Locale.ROOT));
        }
        return hosts;
    }

    /** Secrets by which deliveries are authenticated; none if the property is not set. */
    static List<String> secrets(String property, @Nullable List<String> values, String fix) {
        if (values == null) {
            return List.of();
        }
        if (values.isEmpty() || values.stream().anyMatch(String::isBlank)) {
            throw new InvalidSettingException(property, "is blank", fix);
        }
        return values;
    }

    /** The path of an endpoint of our own. */
    static String path(String property, String value, String example) {
        if (!PLAIN_PATH.matcher(value).matches()) {
            throw new InvalidSettingException(
                    property,
                    "is not a plain path",
                    "Use one like " + example + ": no pattern, no query, nothing encoded.");
        }
        return value;
    }
}
