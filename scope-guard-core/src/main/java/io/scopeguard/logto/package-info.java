/** Logto: its token layout, its Management API and its webhooks. Nothing outside this package knows them. */
@NullMarked
package io.scopeguard.logto;

import org.jspecify.annotations.NullMarked;
