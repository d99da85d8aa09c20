package io.scopeguard.spring.test;

import io.scopeguard.provider.Subject;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The permissions of one subject in one organization, or outside of organizations, in a test. Each change applies from the next
 * request on.
 *
 * @since 0.1
 */
public final class MemberPermissions {

    private final TestPermissions permissions;
    private final Subject subject;
    private final @Nullable String organization;

    MemberPermissions(TestPermissions permissions, Subject subject, @Nullable String organization) {
        this.permissions = permissions;
        this.subject = subject;
        this.organization = organization;
    }

    /** Revokes scopes of the subject. Tokens that carry them are out of date: the scopes are {@code demoted}. */
    public void revoke(String... scopes) {
        permissions.change(subject, organization, held -> held.revoke(Set.of(scopes)));
    }

    /** Grants scopes to the subject. Its tokens do not carry them: the scopes are {@code promoted}. */
    public void promote(String... scopes) {
        permissions.change(subject, organization, held -> permissions.forAudiences(List.of(scopes), held::promote));
    }

    /** Gives roles to the subject. They grant no scopes by themselves. */
    public void assign(String... roles) {
        permissions.change(subject, organization, held -> held.assign(Set.of(roles)));
    }

    /** Revokes roles of the subject. Its scopes do not change. */
    public void unassign(String... roles) {
        permissions.change(subject, organization, held -> held.unassign(Set.of(roles)));
    }

    /**
     * Removes the subject from the organization.
     *
     * @throws IllegalStateException if these permissions are outside of organizations
     */
    public void leave() {
        if (organization == null) {
            throw new IllegalStateException("Only members of an organization can leave it.");
        }
        permissions.change(subject, organization, Holdings::leave);
    }

    /** Makes the subject a member again, with its former permissions. */
    public void rejoin() {
        permissions.change(subject, organization, Holdings::rejoin);
    }
}
