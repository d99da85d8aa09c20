package io.scopeguard.remedy;

import io.scopeguard.annotation.Internal;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.permission.LiveRoles;
import io.scopeguard.permission.PermissionHistory;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.Scopes;
import io.scopeguard.token.AccessToken;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A token that differs from live permissions which were certainly read after it was issued.
 *
 * @param history when its subject gained and lost scopes
 * @param roles the same of its roles, by kind
 * @param drift the difference, as far as it matters to the response
 * @hidden
 */
@Internal
public record DriftFinding(
        AccessToken token, PermissionHistory history, Function<RoleKind, @Nullable LiveRoles> roles, ScopeDrift drift) {

    /** The same finding, reduced to these missing scopes and roles. */
    public DriftFinding missingOnly(Scopes missing, Roles missingRoles) {
        ScopeDrift reduced = drift.missingOnly(missing);
        return new DriftFinding(
                token, history, roles, reduced.with(reduced.roles().promotedOnly(missingRoles)));
    }
}
