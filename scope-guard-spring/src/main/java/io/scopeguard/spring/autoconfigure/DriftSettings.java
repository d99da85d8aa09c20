package io.scopeguard.spring.autoconfigure;

import io.scopeguard.drift.ClientPolicy;
import io.scopeguard.drift.Clients;
import io.scopeguard.drift.WatchedScopes;
import io.scopeguard.scope.Scopes;
import io.scopeguard.signal.ScopeDriftHeader;
import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.authorization.DeclaredScopes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The settings for drift that clients receive, from properties. Errors name the property and the fix. */
final class DriftSettings {

    private static final String PREFIX = "scope-guard.";

    private static final Duration SHORTEST_SPREAD = Duration.ofSeconds(1);
    private static final Duration LONGEST_SPREAD = Duration.ofSeconds(30);

    private final ScopeGuardProperties properties;

    DriftSettings(ScopeGuardProperties properties) {
        this.properties = properties;
    }

    ScopeDriftHeader header() {
        return new ScopeDriftHeader(SettingChecks.between(
                PREFIX + "drift.spread", properties.drift().spread(), SHORTEST_SPREAD, LONGEST_SPREAD));
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
                    PREFIX + name,
                    "is '" + String.join(",", watch) + "', which mixes a keyword with scopes",
                    "Use 'declared', 'all', or a list of scopes.");
        }
        return SettingChecks.valid(
                PREFIX + name,
                () -> WatchedScopes.of(Scopes.of(watch.toArray(String[]::new))),
                "Use 'declared', 'all', or a list of scopes.");
    }
}
