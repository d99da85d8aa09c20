/** Everything at once for a long time: load, changes, webhooks, outages, key rotation and slow answers, against a model. */
@NullMarked
package io.scopeguard.bench.soak;

import org.jspecify.annotations.NullMarked;
