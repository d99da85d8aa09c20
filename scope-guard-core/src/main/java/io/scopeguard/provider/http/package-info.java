/**
 * Internal: the common parts of every provider's HTTP client. Calls within a budget, a circuit breaker, total limits on time and
 * size, strict JSON, an access token by client credentials, calls shared by concurrent callers, an outage log, and signatures of
 * webhooks. Not part of the public API: it may change in any release.
 */
@Internal
@NullMarked
package io.scopeguard.provider.http;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.NullMarked;
