package io.scopeguard.spring.autoconfigure;

import io.scopeguard.spring.InvalidSettingException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.env.PropertyResolver;

/** Checks that properties of all kinds share. Each names the property, by its full name, and the fix. */
final class SettingChecks {

    /** A path of plain segments: no pattern, nothing encoded. */
    static final Pattern PLAIN_PATH = Pattern.compile("(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+");

    /** A name, an IPv4 address, or an IPv6 address in brackets. */
    static final Pattern HOST = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+]");

    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(100);
    private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(30);

    /** The user and the password in an address with or without a scheme. */
    private static final Pattern USER = Pattern.compile("(?<=//).*@|^(?!\\w+://).*@");

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
            throw new InvalidSettingException(property, "is " + text(value), "Use a positive duration such as 2s.");
        }
    }

    /** How long one call to a provider may take. */
    static Duration timeout(String property, Duration value) {
        return between(property, value, SHORTEST_TIMEOUT, LONGEST_TIMEOUT);
    }

    static Duration between(String property, Duration value, Duration shortest, Duration longest) {
        if (value.compareTo(shortest) < 0 || value.compareTo(longest) > 0) {
            throw new InvalidSettingException(
                    property,
                    "is " + text(value),
                    "Use a duration from " + text(shortest) + " to " + text(longest) + ".");
        }
        return value;
    }

    /** A duration as it is written in a property, in the largest unit that expresses it exactly. */
    static String text(Duration value) {
        return DurationStyle.SIMPLE.print(value, unit(value));
    }

    private static ChronoUnit unit(Duration value) {
        if (value.toNanosPart() != 0) {
            return value.toNanosPart() % 1_000_000 == 0 ? ChronoUnit.MILLIS : ChronoUnit.NANOS;
        }
        if (value.isZero() || value.toSecondsPart() != 0) {
            return ChronoUnit.SECONDS;
        }
        return value.toMinutesPart() == 0 ? ChronoUnit.HOURS : ChronoUnit.MINUTES;
    }

    /** An address of a provider. The message contains it without a user and a password. */
    static <T> T address(String property, String value, Function<URI, T> address, String fix) {
        String shown = "is '" + USER.matcher(value).replaceFirst("") + "', ";
        URI uri;
        try {
            uri = new URI(value);
        } catch (URISyntaxException e) {
            // Not the cause: its message contains the whole value.
            throw new InvalidSettingException(property, shown + "which is not a URL", fix);
        }
        try {
            return address.apply(uri);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(property, shown + "but " + e.getMessage(), fix, e);
        }
    }

    /** Names of hosts, in lower case. */
    static Set<String> hosts(String property, Collection<String> values) {
        Set<String> hosts = new LinkedHashSet<>();
        for (String host : values) {
            if (!HOST.matcher(host).matches()) {
                throw new InvalidSettingException(
                        property,
                        "contains '" + host + "', which is not a host name",
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
                    "is '" + value + "', which is not a plain path",
                    "Use one like " + example + ": no pattern, no query, nothing encoded.");
        }
        return value;
    }
}
