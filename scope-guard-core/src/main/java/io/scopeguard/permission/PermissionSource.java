package io.scopeguard.permission;

import java.time.Instant;

/**
 * A provider's answer to what a subject may do now. Implementations are thread-safe, wait boundedly, and never turn a failure
 * into an answer.
 */
public interface PermissionSource {

    /**
     * Reads a subject's permissions.
     *
     * @param notBefore reads that are shared between subjects (what a role means) may be older than this call, but began no
     *     earlier than this
     * @throws PermissionsUnavailableException if the provider did not give a usable answer
     */
    LivePermissions fetch(PermissionKey key, Instant notBefore);

    /**
     * Reads them again to confirm a loss: first what roles mean, then this one subject, by requests that concern nobody else.
     *
     * @param noticed when the loss was noticed; every read begins after it
     * @throws PermissionsUnavailableException if the provider did not give a usable answer
     */
    LivePermissions confirm(PermissionKey key, Instant noticed);
}
