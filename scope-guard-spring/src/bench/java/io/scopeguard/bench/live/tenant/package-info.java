/** An in-memory Logto tenant, served over loopback HTTP, with the history of every user's entitlements. */
@NullMarked
package io.scopeguard.bench.live.tenant;

import org.jspecify.annotations.NullMarked;
