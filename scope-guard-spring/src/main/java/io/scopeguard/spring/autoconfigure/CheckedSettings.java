package io.scopeguard.spring.autoconfigure;

import io.scopeguard.ScopeGuardSettings;
import io.scopeguard.drift.ClientPolicy;
import io.scopeguard.drift.Clients;
import io.scopeguard.drift.WatchedScopes;
import io.scopeguard.logto.LogtoTenant;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.signal.ScopeDriftHeader;
import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.authorization.DeclaredScopes;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The properties, turned into what the guard is built from. Each that is missing or contradicts another is refused by its
 * name, with the fix.
 */
final class CheckedSettings {

    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(100);
    private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(30);
    private static final String PREFIX = "scope-guard.";
    private static final Pattern PLAIN_PATH = Pattern.compile("(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+");

    private static final Pattern ISSUER = Pattern.compile("https?://[^\\s/?#]+(/[^\\s?#]*)?/oidc");

    /** A name, an IPv4 address, or an IPv6 address in brackets. */
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+]");

    /** An address with a path of plain segments at most. */
    private static final Pattern PUBLIC_URL = Pattern.compile(
            "(?:https://(?:" + HOST.pattern() + ")|http://(?:localhost|127\\.0\\.0\\.1|\\[::1]))(?::[0-9]{1,5})?"
                    + "(?:" + PLAIN_PATH.pattern() + ")?/?");

    /** RFC 9110: what a field may be called. */
    private static final Pattern FIELD_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

    /** Longer than permissions are an answer: a revocation that was seen binds tokens that outlive it. */
    private static final Duration MEMORY_OF_LOSSES = Duration.ofHours(24);

    private final ScopeGuardProperties properties;

    CheckedSettings(ScopeGuardProperties properties) {
        this.properties = properties;
    }

    LogtoTenant tenant() {
        String endpoint = required("logto.endpoint", properties.logto().endpoint(), "https://abc.logto.app");
        Set<String> plainHttpHosts = plainHttpHosts();
        return valid(
                "logto.endpoint",
                () -> new LogtoTenant(URI.create(endpoint), plainHttpHosts),
                "Use the tenant's endpoint. Inside a network where nobody else can listen or answer, plain http is allowed to"
                        + " hosts that " + PREFIX + "logto.plain-http-hosts names.");
    }

    private Set<String> plainHttpHosts() {
        Set<String> hosts = new LinkedHashSet<>();
        for (String host : properties.logto().plainHttpHosts()) {
            if (!HOST.matcher(host).matches()) {
                throw new InvalidSettingException(
                        PREFIX + "logto.plain-http-hosts",
                        "has one that is no name of a host",
                        "Use names such as logto.auth.svc.cluster.local: no scheme, no port, no pattern.");
            }
            hosts.add(host.toLowerCase(Locale.ROOT));
        }
        return hosts;
    }

    String appId() {
        return required("logto.app-id", properties.logto().appId(), "the id of a machine-to-machine application");
    }

    String appSecret() {
        return required("logto.app-secret", properties.logto().appSecret(), "the secret of that application");
    }

    @Nullable
    String managementResource() {
        return notBlank(properties.logto().managementResource());
    }

    String pathVariable() {
        return required("organization.path-variable", properties.organization().pathVariable(), "organizationId");
    }

    /** Compared with what tokens say, letter by letter: one that no token bears would be of no use, and nobody would see it. */
    List<String> issuers() {
        List<String> issuers = properties.logto().issuers();
        if (!issuers.stream().allMatch(issuer -> ISSUER.matcher(issuer).matches())) {
            throw new InvalidSettingException(
                    PREFIX + "logto.issuers",
                    "has one that Logto does not use",
                    "Use them as tokens say them, with the path: https://auth.example.com/oidc.");
        }
        return issuers;
    }

    @Nullable
    String organizationHeader() {
        String header = notBlank(properties.organization().header());
        if (header != null && !FIELD_NAME.matcher(header).matches()) {
            throw new InvalidSettingException(
                    PREFIX + "organization.header", "is no name of a header", "Use one like Organization-Id.");
        }
        return header;
    }

    List<String> webhookSigningKeys() {
        List<String> keys = properties.logto().webhook().signingKeys();
        if (keys.isEmpty() || keys.stream().anyMatch(String::isBlank)) {
            throw new InvalidSettingException(
                    PREFIX + "logto.webhook.signing-keys",
                    "is blank",
                    "Use the signing key that Logto shows for the webhook, or leave the property out to take none.");
        }
        return keys;
    }

    String webhookPath() {
        String path = properties.logto().webhook().path();
        if (!PLAIN_PATH.matcher(path).matches()) {
            throw new InvalidSettingException(
                    PREFIX + "logto.webhook.path",
                    "is no plain path",
                    "Use one like /scope-guard/webhooks/logto: no pattern, no query, nothing encoded.");
        }
        return path;
    }

    int callsPerSecond() {
        return atLeast("logto.calls-per-second", properties.logto().callsPerSecond(), 1);
    }

    Duration timeout() {
        Duration timeout = properties.logto().timeout();
        if (timeout.compareTo(SHORTEST_TIMEOUT) < 0 || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new InvalidSettingException(
                    PREFIX + "logto.timeout", "is " + timeout, "Use a duration from 100ms to 30s.");
        }
        return timeout;
    }

    int maxEntries() {
        return atLeast("permissions.max-entries", properties.permissions().maxEntries(), 1);
    }

    /** The public address without a slash at its end, or {@code null} if it is not set. */
    @Nullable
    String publicUrl() {
        String url = notBlank(properties.publicUrl());
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
            resources.add(valid(
                    "resources",
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
        Audience audience = valid(
                "default-audience", () -> new Audience(configured), "Use 'organization' or one of the resources.");
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
        positive("permissions.max-age", permissions.maxAge());
        positive("permissions.max-wait", permissions.maxWait());
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

    ScopeDriftHeader header() {
        return valid(
                "drift.spread", () -> new ScopeDriftHeader(properties.drift().spread()), "Use 1s to 30s.");
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
        return valid(
                name,
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

    private static @Nullable String notBlank(@Nullable String value) {
        return value == null || value.isBlank() ? null : value;
    }

    private static String required(String name, @Nullable String value, String example) {
        if (value == null || value.isBlank()) {
            throw new InvalidSettingException(
                    PREFIX + name, "is not set", "Set it to " + example + ", or set scope-guard.enabled=false.");
        }
        return value;
    }

    private static <T> T valid(String name, Supplier<T> value, String fix) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(PREFIX + name, "is not valid: " + e.getMessage(), fix, e);
        }
    }

    private static int atLeast(String name, int value, int least) {
        if (value < least) {
            throw new InvalidSettingException(PREFIX + name, "is " + value, "Use " + least + " or more.");
        }
        return value;
    }

    private static void positive(String name, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new InvalidSettingException(PREFIX + name, "is " + value, "Use a positive duration such as 2s.");
        }
    }
}
