package io.scopeguard.logto;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.Priority;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.ScopeCatalogue.Listing;
import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.provider.http.RememberedRead;
import io.scopeguard.scope.Audience;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the catalogue of scopes up to date. Only the dates of new scopes depend on it, so a failure here never fails a read, and a
 * request hardly ever waits for it. Thread-safe.
 */
final class LogtoScopes {

    private static final Duration MAX_AGE = Duration.ofSeconds(30);

    /** For this long, a waiting request leaves the catalogue to the next background read. */
    private static final Duration MAX_FOREGROUND_AGE = Duration.ofMinutes(5);

    private final ManagementApi api;
    private final ScopeCatalogue catalogue;
    private final LogtoResources resources;
    private final SteadyClock clock;
    private final RememberedRead<Boolean> organizationScopes;

    LogtoScopes(ManagementApi api, ScopeCatalogue catalogue, LogtoResources resources, SteadyClock clock) {
        this.api = api;
        this.catalogue = catalogue;
        this.resources = resources;
        this.clock = clock;
        this.organizationScopes = new RememberedRead<>(this::readOrganizationScopes, clock);
    }

    /** Reads the lists of scopes that are old, or that lack a scope that a role has just been found to grant. */
    void refresh(ScopesByAudience found, CallContext context) {
        Duration maxAge = context.priority() == Priority.BACKGROUND ? MAX_AGE : MAX_FOREGROUND_AGE;
        refresh(found, maxAge, context);
    }

    /** Reads the lists of scopes that lack a scope that a role has just been found to grant. */
    void refreshIfUnknown(ScopesByAudience found, CallContext context) {
        refresh(found, null, context);
    }

    private void refresh(ScopesByAudience found, @Nullable Duration maxAge, CallContext context) {
        for (Audience audience : found.audiences()) {
            boolean isKnown = found.allMatch(audience, scope -> catalogue.contains(audience, scope.name(), scope.id()));
            if (!isKnown) {
                refresh(audience, clock.nanos(), context);
            } else if (maxAge != null) {
                refresh(audience, clock.nanos() - maxAge.toNanos(), context);
            }
        }
    }

    private void refresh(Audience audience, long notBefore, CallContext context) {
        try {
            if (audience.isOrganization()) {
                organizationScopes.get(notBefore, context);
            } else {
                resources.refresh(notBefore, context);
            }
        } catch (PermissionsUnavailableException | SettingRefusedException e) {
            // Already logged by the outage log.
        }
    }

    private Boolean readOrganizationScopes(CallContext context) {
        Map<String, Listing> scopes = new HashMap<>();
        for (ListedScope scope : api.all("organization-scopes", "/organization-scopes", context, ListedScope::of)) {
            // Logto does not store when these were created.
            scopes.put(scope.name(), new Listing(scope.id(), null));
        }
        scopes.keySet().removeIf(name -> !LogtoTokenReader.isPermission(name));
        catalogue.learn(Audience.ORGANIZATION, scopes, clock.nanos());
        return true;
    }
}
