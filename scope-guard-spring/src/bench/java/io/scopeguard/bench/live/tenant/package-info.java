/** A Logto tenant in memory, served over loopback HTTP, that keeps the history of what every user was entitled to. */
@NullMarked
package io.scopeguard.bench.live.tenant;

import org.jspecify.annotations.NullMarked;
