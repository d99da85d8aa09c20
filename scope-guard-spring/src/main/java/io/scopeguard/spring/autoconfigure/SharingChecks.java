package io.scopeguard.spring.autoconfigure;

import io.scopeguard.redis.SharingSettings;
import io.scopeguard.spring.InvalidSettingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Pattern;

/** The properties of sharing, checked. */
final class SharingChecks {

    static final String PREFIX = "scope-guard.shared.";
    static final String ENABLED = PREFIX + "enabled";
    static final String CONNECTION_FACTORY = PREFIX + "connection-factory";

    private static final Pattern KEY_PREFIX = Pattern.compile("[A-Za-z0-9._:-]{1,64}");
    private static final int SHORTEST_SECRET = 32;

    /** A request waits for another replica for this part of its time, as one in so many; the rest is for a read of its own. */
    private static final int SHARE_OF_WAIT = 2;

    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(5);
    private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(2);

    private SharingChecks() {}

    static SharingSettings settings(SharingProperties shared, ScopeGuardProperties.Permissions permissions) {
        if (!KEY_PREFIX.matcher(shared.prefix()).matches()) {
            throw new InvalidSettingException(
                    PREFIX + "prefix",
                    "is '" + shared.prefix() + "', which is not a valid prefix of keys",
                    "Use up to 64 letters, digits, dots, colons, dashes and underscores.");
        }
        SettingChecks.positive(PREFIX + "pause", shared.pause());
        return new SharingSettings(
                shared.prefix(),
                secret(shared),
                timeout(shared.timeout()),
                shared.pause(),
                permissions.maxAge(),
                permissions.maxWait().dividedBy(SHARE_OF_WAIT),
                permissions.maxStale());
    }

    private static byte @org.jspecify.annotations.Nullable [] secret(SharingProperties shared) {
        String secret = shared.secret();
        if (secret == null) {
            return null;
        }
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < SHORTEST_SECRET) {
            throw new InvalidSettingException(
                    PREFIX + "secret",
                    "is shorter than " + SHORTEST_SECRET + " bytes",
                    "Use a random value, the same in all replicas, or leave the property out.");
        }
        return bytes;
    }

    private static Duration timeout(Duration value) {
        return SettingChecks.between(PREFIX + "timeout", value, SHORTEST_TIMEOUT, LONGEST_TIMEOUT);
    }
}
