package io.scopeguard.logtobox.oidc;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.directory.Organization;
import io.scopeguard.logtobox.directory.User;

/** Decides whether a user may get a token, and whether for an organization. */
final class UserAccess {

    private final Directory directory;

    UserAccess(Directory directory) {
        this.directory = directory;
    }

    User requireActive(String userId) {
        return directory
                .users()
                .find(userId)
                .filter(user -> !user.isSuspended())
                .orElseThrow(OidcException::invalidGrant);
    }

    /** An unknown organization is treated like one that the user is not a member of. */
    void requireMembership(String organizationId, String userId) {
        if (!directory.isMember(organizationId, userId)) {
            throw OidcException.accessDenied("user is not a member of the organization");
        }
        boolean mfaRequired = directory
                .organizations()
                .find(organizationId)
                .map(Organization::isMfaRequired)
                .orElse(false);
        if (mfaRequired && directory.mfaFactors().of(userId).isEmpty()) {
            throw OidcException.accessDenied("organization requires MFA but user has no MFA configured");
        }
    }
}
