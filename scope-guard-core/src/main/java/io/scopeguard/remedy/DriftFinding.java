package io.scopeguard.remedy;

import io.scopeguard.annotation.Internal;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.drift.TokenTraits;
import io.scopeguard.permission.LiveRoles;
import io.scopeguard.permission.PermissionHistory;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.Scopes;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The difference between a token and live permissions that were certainly read after the token was issued.
 *
 * @param token the token, which need not exist
 * @param history the times at which the subject gained and lost scopes
 * @param roles the times at which the subject gained and lost roles, by kind
 * @param drift the part of the difference that is relevant to the response
 * @hidden
 */
@Internal
public record DriftFinding(
        TokenTraits token, PermissionHistory history, Function<RoleKind, @Nullable LiveRoles> roles, ScopeDrift drift) {

    /** The same finding, reduced to these missing scopes and roles. */
    public DriftFinding missingOnly(Scopes missing, Roles missingRoles) {
        ScopeDrift reduced = drift.missingOnly(missing);
        return new DriftFinding(
                token, history, roles, reduced.with(reduced.roles().promotedOnly(missingRoles)));
    }
}
