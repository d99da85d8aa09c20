package io.scopeguard.spring.autoconfigure;

import io.scopeguard.provider.IdentityProvider;

/** A provider whose tokens are verified while the guard is switched off. No candidate for an {@link IdentityProvider}. */
record PlainProvider(IdentityProvider provider) {}
