package io.scopeguard.provider;

/**
 * What a provider reports to have changed. It makes readings due; it is never taken for a reading: who sends it tells where to
 * look, and only the provider's answer is believed.
 */
public sealed interface PermissionChange {

    /** One subject in one organization: it joined or left. */
    record OfMember(Subject subject, String organization) implements PermissionChange {}

    /** One subject, wherever it is: suspended, reactivated or deleted. */
    record OfSubject(Subject subject) implements PermissionChange {}

    /** Anybody in one organization. */
    record OfOrganization(String organization) implements PermissionChange {}

    /** What roles mean; who holds them is as before. */
    record OfRoles() implements PermissionChange {}

    /** Anything. */
    record OfEverything() implements PermissionChange {}
}
