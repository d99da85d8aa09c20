package io.scopeguard.provider;

/**
 * A change that a provider reports. It invalidates facts and is never a fact itself: permissions change only after the facts have
 * been read again.
 *
 * @since 0.1
 */
public sealed interface PermissionChange {

    /** A change of one subject in one organization: it joined or left, or its roles changed. */
    record OfMember(Subject subject, String organization) implements PermissionChange {}

    /** A change of one subject everywhere: it was suspended, reactivated or deleted. */
    record OfSubject(Subject subject) implements PermissionChange {}

    /** A change that may affect any subject in one organization. */
    record OfOrganization(String organization) implements PermissionChange {}

    /** A change of role definitions. The holders of roles are unaffected. */
    record OfRoles() implements PermissionChange {}

    /** A change that may affect all facts. */
    record OfEverything() implements PermissionChange {}
}
