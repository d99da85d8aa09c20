package io.scopeguard.permission;

import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What some roles mean for one audience, and how that came about as far as definitions changed.
 *
 * @param version of the definitions
 * @param complete whether every role is defined
 */
record Meaning(long version, Scopes issuable, Scopes granted, boolean complete, ScopeHistory history) {

    static Meaning of(Holdings holdings, Audience audience, Definitions.View view, @Nullable Meaning before) {
        RoleDefinitions ofOrganizations = view.organizationRoles().value();
        RoleDefinitions ofTenant = view.globalRoles().value();
        Scopes granted = ofOrganizations
                .scopes(holdings.roles(), audience)
                .or(ofTenant.scopes(holdings.globalRoles(), audience));
        Scopes issuable = granted.or(ofOrganizations.scopes(holdings.stray(), audience));
        Instant asOf = EpochNanos.toInstant(view.asOf(audience));
        ScopeHistory history = before == null
                ? ScopeHistory.since(asOf)
                : before.history.followedBy(before.granted, before.issuable, granted, issuable, asOf);
        return new Meaning(view.version(), issuable, granted, isComplete(holdings, audience, view), history);
    }

    boolean isOf(Definitions.View view) {
        return version == view.version();
    }

    boolean coversAll(Scopes scopes) {
        return issuable.containsAll(scopes) && granted.containsAll(scopes);
    }

    private static boolean isComplete(Holdings holdings, Audience audience, Definitions.View view) {
        RoleDefinitions ofOrganizations = view.organizationRoles().value();
        return ofOrganizations.knows(holdings.roles())
                && ofOrganizations.knows(holdings.stray())
                && (audience.isOrganization() || view.globalRoles().value().knows(holdings.globalRoles()));
    }
}
