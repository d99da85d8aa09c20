/** A guard with real threads, and a tenant that changes and fails. Every decision is compared with the truth. */
@NullMarked
package io.scopeguard.bench.live;

import org.jspecify.annotations.NullMarked;
