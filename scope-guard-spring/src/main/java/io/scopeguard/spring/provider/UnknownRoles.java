package io.scopeguard.spring.provider;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.Roles;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports required roles that a provider does not have: they are misspelled or have not been created yet. */
final class UnknownRoles {

    private static final Logger log = LoggerFactory.getLogger(UnknownRoles.class);

    private UnknownRoles() {}

    /** Reads the names of the provider's roles, of each kind that is required. */
    static void report(IdentityProvider provider, Roles required) {
        for (RoleKind kind : RoleKind.values()) {
            if (!required.of(kind).isEmpty()) {
                report(provider, kind, required.of(kind));
            }
        }
    }

    private static void report(IdentityProvider provider, RoleKind kind, Set<String> required) {
        Set<String> unknown = new TreeSet<>(required);
        try {
            unknown.removeAll(provider.permissions().roleNames(kind, CallContext.FOREGROUND));
        } catch (PermissionsUnavailableException e) {
            log.warn(
                    "The roles of {} could not be read, so required roles are not checked: {}",
                    provider.description(),
                    e.getMessage());
            return;
        }
        if (!unknown.isEmpty()) {
            log.warn(
                    "Handlers require {} roles that {} does not have: {}. Requests to them are denied until the roles exist.",
                    kind.name().toLowerCase(Locale.ROOT),
                    provider.description(),
                    unknown);
        }
    }
}
