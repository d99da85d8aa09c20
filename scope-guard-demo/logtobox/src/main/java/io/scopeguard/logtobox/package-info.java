/** An identity provider that behaves like Logto 1.42, embedded, for trying out and for tests. */
@NullMarked
package io.scopeguard.logtobox;

import org.jspecify.annotations.NullMarked;
