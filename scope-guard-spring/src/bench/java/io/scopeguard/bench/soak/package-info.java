/** A long run with everything at once: load, changes, webhooks, outages, key rotation and slow answers, compared with a model. */
@NullMarked
package io.scopeguard.bench.soak;

import org.jspecify.annotations.NullMarked;
