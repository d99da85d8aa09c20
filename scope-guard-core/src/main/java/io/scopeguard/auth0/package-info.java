/**
 * Auth0 with Organizations and RBAC: access tokens of both profiles, live permissions from the Management API, and event streams.
 * Start with {@link io.scopeguard.auth0.Auth0}.
 */
@NullMarked
package io.scopeguard.auth0;

import org.jspecify.annotations.NullMarked;
