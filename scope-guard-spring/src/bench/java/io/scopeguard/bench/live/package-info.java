/** A guard under real threads, in front of a tenant that changes and fails: every decision is compared with the truth. */
@NullMarked
package io.scopeguard.bench.live;

import org.jspecify.annotations.NullMarked;
