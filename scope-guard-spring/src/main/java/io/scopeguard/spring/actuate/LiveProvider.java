package io.scopeguard.spring.actuate;

import io.scopeguard.permission.PermissionCache;
import io.scopeguard.provider.IdentityProvider;

/**
 * An identity provider and the live permissions of its subjects.
 *
 * @param permissions the live permissions of its subjects
 */
public record LiveProvider(IdentityProvider provider, PermissionCache permissions) {}
