/**
 * Tests of guarded applications. {@link io.scopeguard.spring.test.TestAccessToken} makes access tokens for MockMvc and for HTTP
 * clients, {@link io.scopeguard.spring.test.WithOrganizationToken} authenticates a whole test, and
 * {@link io.scopeguard.spring.test.TestPermissions} changes live permissions. The guard is the real one, with an identity provider
 * inside the test: no network, no waiting.
 */
@NullMarked
package io.scopeguard.spring.test;

import org.jspecify.annotations.NullMarked;
