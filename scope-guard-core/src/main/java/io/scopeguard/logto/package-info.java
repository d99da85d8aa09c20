/** Logto: its token layout and its Management API. Nothing outside this package knows either. */
@NullMarked
package io.scopeguard.logto;

import org.jspecify.annotations.NullMarked;
