package io.scopeguard.bench.jmh;

import io.scopeguard.permission.Holder;
import io.scopeguard.permission.Holdings;
import io.scopeguard.permission.PermissionSource;
import io.scopeguard.permission.RoleDefinitions;
import io.scopeguard.permission.RoleKind;
import io.scopeguard.permission.Urgency;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.Map;
import java.util.Set;

/** Answers at once, and always the same: one role with these scopes. */
record FixedPermissions(Scopes scopes) implements PermissionSource {

    private static final String ROLE = "role";

    @Override
    public Holdings read(Holder holder, Urgency urgency) {
        return Holdings.of(Set.of(ROLE));
    }

    @Override
    public Holdings confirm(Holder holder, Urgency urgency) {
        return read(holder, urgency);
    }

    @Override
    public RoleDefinitions definitions(RoleKind kind, Urgency urgency) {
        return new RoleDefinitions(Map.of(ROLE, Map.of(Audience.ORGANIZATION, scopes)));
    }
}
