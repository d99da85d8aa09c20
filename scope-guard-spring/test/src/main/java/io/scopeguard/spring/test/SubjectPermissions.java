package io.scopeguard.spring.test;

import io.scopeguard.provider.Subject;

/**
 * The live permissions of one user or application in a test.
 *
 * @since 0.1
 */
public final class SubjectPermissions {

    private final TestPermissions permissions;
    private final Subject subject;

    SubjectPermissions(TestPermissions permissions, Subject subject) {
        this.permissions = permissions;
        this.subject = subject;
    }

    /** The subject's permissions in an organization. */
    public MemberPermissions in(String organization) {
        return new MemberPermissions(permissions, subject, organization);
    }

    /** The subject's permissions outside of organizations. */
    public MemberPermissions globally() {
        return new MemberPermissions(permissions, subject, null);
    }

    /** Suspends the subject everywhere. */
    public void suspend() {
        permissions.suspend(subject);
    }

    /** Ends the suspension. */
    public void reactivate() {
        permissions.reactivate(subject);
    }
}
