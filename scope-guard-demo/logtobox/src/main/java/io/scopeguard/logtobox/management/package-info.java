/** The part of the Management API about permissions, organizations and users: Logto's paths, pages, bodies and errors. */
@NullMarked
package io.scopeguard.logtobox.management;

import org.jspecify.annotations.NullMarked;
