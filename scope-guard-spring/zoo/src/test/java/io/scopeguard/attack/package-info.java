/** Known attacks on resource servers, each as one request to a real port with the answer that it must get. */
@NullMarked
package io.scopeguard.attack;

import org.jspecify.annotations.NullMarked;
