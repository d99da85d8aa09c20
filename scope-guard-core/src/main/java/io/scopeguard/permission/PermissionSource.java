package io.scopeguard.permission;

import org.jspecify.annotations.Nullable;

/**
 * A provider's answers to what subjects hold, and what that means. Implementations are thread-safe, wait boundedly, and never
 * turn a failure into an answer.
 */
public interface PermissionSource {

    /**
     * Reads what one holder holds.
     *
     * @throws PermissionsUnavailableException if the provider did not give a usable answer
     */
    Holdings read(Holder holder, Urgency urgency);

    /**
     * Reads it again to confirm a loss, by requests that concern nobody else.
     *
     * @throws PermissionsUnavailableException if the provider did not give a usable answer
     */
    Holdings confirm(Holder holder, Urgency urgency);

    /**
     * Reads what roles mean.
     *
     * @throws PermissionsUnavailableException if the provider did not give a usable answer
     */
    RoleDefinitions definitions(RoleKind kind, Urgency urgency);

    /**
     * Reads part of the list of an organization's members, if the provider has such a list.
     *
     * @param page from one
     * @return {@code null} if members can only be read one by one
     * @throws PermissionsUnavailableException if the provider did not give a usable answer
     */
    default @Nullable MemberPage members(String organization, int page, Urgency urgency) {
        return null;
    }
}
