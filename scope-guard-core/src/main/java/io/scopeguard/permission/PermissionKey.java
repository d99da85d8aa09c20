package io.scopeguard.permission;

import io.scopeguard.annotation.Internal;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.token.AccessToken;
import org.jspecify.annotations.Nullable;

/**
 * The key of permissions, which is shared by tokens of the same kind, subject and organization.
 *
 * @param organization {@code null} for permissions outside of organizations
 * @param roles the relevant roles
 * @hidden
 */
@Internal
public record PermissionKey(Subject subject, @Nullable String organization, Audience audience, RoleInterest roles) {

    /** A key for scopes only. */
    public PermissionKey(Subject subject, @Nullable String organization, Audience audience) {
        this(subject, organization, audience, RoleInterest.none());
    }

    public static PermissionKey of(AccessToken token) {
        return new PermissionKey(token.subject(), token.organization(), token.audience());
    }

    /** The same key, with these roles. */
    public PermissionKey with(RoleInterest interest) {
        return interest.equals(roles) ? this : new PermissionKey(subject, organization, audience, interest);
    }

    /** The audience alone: ids must not be logged. */
    @Override
    public String toString() {
        return "permissions of a " + subject + " for " + audience;
    }
}
