package io.scopeguard.spring.autoconfigure;

import io.scopeguard.ScopeGuardSettings;
import io.scopeguard.drift.ClientPolicy;
import io.scopeguard.drift.Clients;
import io.scopeguard.drift.WatchedScopes;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.signal.ScopeDriftHeader;
import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.authorization.DeclaredScopes;
import io.scopeguard.spring.stream.SignalStreamController;
import io.scopeguard.spring.stream.SignalStreams;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Converts the properties to the settings of the guard. Names each property that is missing or contradicts another, with the fix.
 */
final class CheckedSettings {

    private static final String PREFIX = "scope-guard.";
    /** An address with a path of plain segments at most. */
    private static final Pattern PUBLIC_URL = Pattern.compile("(?:https://(?:" + SettingChecks.HOST.pattern()
            + ")|http://(?:localhost|127\\.0\\.0\\.1|\\[::1]))(?::[0-9]{1,5})?" + "(?:"
            + SettingChecks.PLAIN_PATH.pattern() + ")?/?");

    /** RFC 9110: the syntax of a field name. */
    private static final Pattern FIELD_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

    /** Longer than permissions are an answer: a revocation that was seen binds tokens that outlive it. */
    private static final Duration MEMORY_OF_LOSSES = Duration.ofHours(24);

    private static final Duration STARTUP_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration FAIL_FAST_STARTUP_TIMEOUT = Duration.ofSeconds(15);

    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(100);
    private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(1);

    private final ScopeGuardProperties properties;

    CheckedSettings(ScopeGuardProperties properties) {
        this.properties = properties;
    }

    String pathVariable() {
        return SettingChecks.required(
                PREFIX + "organization.path-variable", properties.organization().pathVariable(), "organizationId");
    }

    @Nullable
    String organizationHeader() {
        String header = SettingChecks.notBlank(properties.organization().header());
        if (header != null && !FIELD_NAME.matcher(header).matches()) {
            throw new InvalidSettingException(
                    PREFIX + "organization.header", "is not a valid header name", "Use one like Organization-Id.");
        }
        return header;
    }

    int maxEntries() {
        return SettingChecks.atLeast(
                PREFIX + "permissions.max-entries", properties.permissions().maxEntries(), 1);
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

    Set<Audience> resources() {
        Set<Audience> resources = new LinkedHashSet<>();
        for (String indicator : properties.resources()) {
            resources.add(SettingChecks.valid(
                    PREFIX + "resources",
                    () -> Audience.resource(indicator),
                    "Use the resource's indicator exactly as it is registered at the provider."));
        }
        return resources;
    }

    Audience defaultAudience() {
        Set<Audience> resources = resources();
        String configured = properties.defaultAudience();
        if (configured == null || configured.isBlank()) {
            return onlyAudience(resources);
        }
        Audience audience = SettingChecks.valid(
                PREFIX + "default-audience",
                () -> new Audience(configured),
                "Use 'organization' or one of the resources.");
        if (!audience.isOrganization() && !resources.contains(audience)) {
            throw new InvalidSettingException(
                    PREFIX + "default-audience",
                    "is not one of " + PREFIX + "resources",
                    "Add it there, or use 'organization' or one of " + resources + ".");
        }
        return audience;
    }

    ScopeGuardSettings guard() {
        ScopeGuardProperties.Permissions permissions = properties.permissions();
        SettingChecks.positive(PREFIX + "permissions.max-age", permissions.maxAge());
        SettingChecks.positive(PREFIX + "permissions.max-wait", permissions.maxWait());
        if (permissions.maxStale().compareTo(permissions.maxAge()) < 0) {
            throw new InvalidSettingException(
                    PREFIX + "permissions.max-stale",
                    "is shorter than " + PREFIX + "permissions.max-age",
                    "Make it at least as long: permissions are given up after max-stale, and read again after max-age.");
        }
        return new ScopeGuardSettings(
                properties.mode(), permissions.maxAge(), permissions.maxStale(), permissions.whenUnknown());
    }

    CacheSettings cache() {
        ScopeGuardProperties.Permissions permissions = properties.permissions();
        return new CacheSettings(
                permissions.maxAge(), permissions.maxStale(), permissions.maxWait(), maxEntries(), MEMORY_OF_LOSSES);
    }

    Duration clockSkew() {
        if (properties.clockSkew().isNegative()) {
            throw new InvalidSettingException(PREFIX + "clock-skew", "is negative", "Use 0s or more.");
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

    ScopeDriftHeader header() {
        return SettingChecks.valid(
                PREFIX + "drift.spread",
                () -> new ScopeDriftHeader(properties.drift().spread()),
                "Use 1s to 30s.");
    }

    /** How many streams may be open. */
    int maxOpenStreams() {
        return SettingChecks.atLeast(
                PREFIX + "streams.max-open", properties.streams().maxOpen(), 1);
    }

    SignalStreams.Limits streams() {
        ScopeGuardProperties.Signals.Stream stream = properties.signals().stream();
        SettingChecks.path(PREFIX + "signals.stream.path", stream.path(), SignalStreamController.DEFAULT_PATH);
        Duration interval = stream.interval();
        if (interval.compareTo(SHORTEST_INTERVAL) < 0 || interval.compareTo(LONGEST_INTERVAL) > 0) {
            throw new InvalidSettingException(
                    PREFIX + "signals.stream.interval", "is " + interval, "Use a duration from 100ms to 1m.");
        }
        return new SignalStreams.Limits(
                SettingChecks.atLeast(PREFIX + "signals.stream.max-streams", stream.maxStreams(), 1),
                SettingChecks.atLeast(PREFIX + "signals.stream.max-per-subject", stream.maxPerSubject(), 1),
                interval);
    }

    Clients clients(DeclaredScopes declared) {
        WatchedScopes watched = watched("drift.watch", properties.drift().watch(), declared);
        Map<String, ClientPolicy> listed = new HashMap<>();
        properties.clients().forEach((id, client) -> listed.put(id, policy(id, client, watched, declared)));
        return new Clients(ClientPolicy.watching(watched), listed);
    }

    private static ClientPolicy policy(
            String id, ScopeGuardProperties.Client client, WatchedScopes ofAll, DeclaredScopes declared) {
        WatchedScopes watched =
                client.watch() == null ? ofAll : watched("clients[" + id + "].watch", client.watch(), declared);
        return new ClientPolicy(watched, client.nonInteractive(), client.thirdParty());
    }

    private static WatchedScopes watched(String name, List<String> watch, DeclaredScopes declared) {
        if (watch.equals(List.of("declared"))) {
            return declared;
        }
        if (watch.equals(List.of("all"))) {
            return WatchedScopes.all();
        }
        if (watch.contains("declared") || watch.contains("all")) {
            throw new InvalidSettingException(
                    PREFIX + name, "mixes a keyword with scopes", "Use 'declared', 'all', or a list of scopes.");
        }
        return SettingChecks.valid(
                PREFIX + name,
                () -> WatchedScopes.of(Scopes.of(watch.toArray(String[]::new))),
                "Use 'declared', 'all', or a list of scopes.");
    }

    private static Audience onlyAudience(Set<Audience> resources) {
        if (resources.size() > 1) {
            throw new InvalidSettingException(
                    PREFIX + "default-audience",
                    "is not set, and there are several " + PREFIX + "resources",
                    "Set it to 'organization' or to the resource whose scopes most handlers require.");
        }
        return resources.isEmpty()
                ? Audience.ORGANIZATION
                : resources.iterator().next();
    }
}
