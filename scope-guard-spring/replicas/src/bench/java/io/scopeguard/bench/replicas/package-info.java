/** Several processes of an API that share through one Redis, a provider that counts, and requests to each process in turn. */
@NullMarked
package io.scopeguard.bench.replicas;

import org.jspecify.annotations.NullMarked;
