/**
 * Logto as the identity provider: access tokens, live permissions from the Management API, and webhooks. Start with
 * {@link io.scopeguard.logto.Logto}.
 */
@NullMarked
package io.scopeguard.logto;

import org.jspecify.annotations.NullMarked;
