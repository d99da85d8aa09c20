package io.scopeguard.provider;

/**
 * A change that a provider reports. It invalidates facts, and is never a fact itself: permissions change only after the provider's
 * answer was read.
 */
public sealed interface PermissionChange {

    /** One subject in one organization: it joined or left. */
    record OfMember(Subject subject, String organization) implements PermissionChange {}

    /** One subject, wherever it is: suspended, reactivated or deleted. */
    record OfSubject(Subject subject) implements PermissionChange {}

    /** Anybody in one organization. */
    record OfOrganization(String organization) implements PermissionChange {}

    /** Role definitions changed; the holders of roles are unaffected. */
    record OfRoles() implements PermissionChange {}

    /** Anything. */
    record OfEverything() implements PermissionChange {}
}
