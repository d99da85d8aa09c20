/**
 * Everything that an identity provider implements or reports. {@link io.scopeguard.provider.IdentityProvider} is the one object
 * that the rest of the library knows; {@link io.scopeguard.provider.PermissionSource} reads the facts that live permissions are
 * computed from.
 */
@NullMarked
package io.scopeguard.provider;

import org.jspecify.annotations.NullMarked;
