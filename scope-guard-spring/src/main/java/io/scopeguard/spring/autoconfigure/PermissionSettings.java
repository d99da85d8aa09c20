package io.scopeguard.spring.autoconfigure;

import io.scopeguard.ScopeGuardSettings;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.spring.InvalidSettingException;
import java.time.Duration;

/** The settings of live permissions, from properties. Errors name the property and the fix. */
final class PermissionSettings {

    private static final String PREFIX = "scope-guard.";

    /** Facts are kept longer than max-stale, because an observed revocation binds tokens that are still valid. */
    private static final Duration MEMORY_OF_LOSSES = Duration.ofHours(24);

    private final ScopeGuardProperties properties;

    PermissionSettings(ScopeGuardProperties properties) {
        this.properties = properties;
    }

    ScopeGuardSettings decisions() {
        ScopeGuardProperties.Permissions permissions = properties.permissions();
        SettingChecks.positive(PREFIX + "permissions.max-age", permissions.maxAge());
        SettingChecks.positive(PREFIX + "permissions.max-wait", permissions.maxWait());
        if (permissions.maxStale().compareTo(permissions.maxAge()) < 0) {
            throw new InvalidSettingException(
                    PREFIX + "permissions.max-stale",
                    "is " + SettingChecks.text(permissions.maxStale()) + ", which is shorter than " + PREFIX
                            + "permissions.max-age, " + SettingChecks.text(permissions.maxAge()),
                    "Make it at least as long: permissions are given up after max-stale, and read again after max-age.");
        }
        return new ScopeGuardSettings(
                properties.mode(), permissions.maxAge(), permissions.maxStale(), permissions.whenUnknown());
    }

    CacheSettings cache() {
        ScopeGuardProperties.Permissions permissions = properties.permissions();
        return new CacheSettings(
                permissions.maxAge(),
                permissions.maxStale(),
                permissions.maxWait(),
                maxEntries(permissions),
                MEMORY_OF_LOSSES);
    }

    private static int maxEntries(ScopeGuardProperties.Permissions permissions) {
        return SettingChecks.atLeast(PREFIX + "permissions.max-entries", permissions.maxEntries(), 1);
    }
}
