/** The tenant: its users, organizations and roles, the memberships, and the current permissions. */
@NullMarked
package io.scopeguard.logtobox.directory;

import org.jspecify.annotations.NullMarked;
