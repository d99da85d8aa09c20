package io.scopeguard.spring.autoconfigure;

import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.authorization.DeclaredScopes;
import io.scopeguard.spring.provider.GuardSettings;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The settings of the guard as a whole, from properties. Errors name the property and the fix. */
final class GuardSettingsFactory {

    private static final String PREFIX = "scope-guard.";

    /** An address with a path of plain segments at most. */
    private static final Pattern PUBLIC_URL = Pattern.compile("(?:https://(?:" + SettingChecks.HOST.pattern()
            + ")|http://(?:localhost|127\\.0\\.0\\.1|\\[::1]))(?::[0-9]{1,5})?" + "(?:"
            + SettingChecks.PLAIN_PATH.pattern() + ")?/?");

    private static final Duration STARTUP_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration FAIL_FAST_STARTUP_TIMEOUT = Duration.ofSeconds(15);

    private final ScopeGuardProperties properties;

    GuardSettingsFactory(ScopeGuardProperties properties) {
        this.properties = properties;
    }

    /** @param declared the scopes and roles that the application's handlers require */
    GuardSettings settings(DeclaredScopes declared) {
        PermissionSettings permissions = new PermissionSettings(properties);
        return new GuardSettings(
                new AudienceSettings(properties).resources(),
                clockSkew(),
                permissions.decisions(),
                permissions.cache(),
                new DriftSettings(properties).clients(declared),
                new StreamSettings(properties).maxOpen());
    }

    /** The public address without a slash at its end, or {@code null} if it is not set. */
    @Nullable
    String publicUrl() {
        String url = SettingChecks.notBlank(properties.publicUrl());
        if (url != null && !PUBLIC_URL.matcher(url).matches()) {
            throw new InvalidSettingException(
                    PREFIX + "public-url",
                    "is '" + url + "', which is not the public address of an API",
                    "Use an address like https://api.example.com or https://example.com/api, with the context path and without"
                            + " query, fragment or user. Plain http is accepted for localhost.");
        }
        return url == null || !url.endsWith("/") ? url : url.substring(0, url.length() - 1);
    }

    Duration clockSkew() {
        if (properties.clockSkew().isNegative()) {
            throw new InvalidSettingException(
                    PREFIX + "clock-skew", "is " + SettingChecks.text(properties.clockSkew()), "Use 0s or more.");
        }
        return properties.clockSkew();
    }

    /** How long start-up waits for the checks of providers. */
    Duration startupTimeout() {
        Duration timeout = properties.startupTimeout();
        if (timeout == null) {
            return properties.failFast() ? FAIL_FAST_STARTUP_TIMEOUT : STARTUP_TIMEOUT;
        }
        SettingChecks.positive(PREFIX + "startup-timeout", timeout);
        return timeout;
    }
}
