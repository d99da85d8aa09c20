/** The Management API, as far as permissions, organizations and users go: Logto's paths, pages, bodies and refusals. */
@NullMarked
package io.scopeguard.logtobox.management;

import org.jspecify.annotations.NullMarked;
