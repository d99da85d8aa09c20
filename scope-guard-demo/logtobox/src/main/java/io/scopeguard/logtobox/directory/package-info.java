/** The tenant: who there is, who belongs where, and what each may do at this moment. */
@NullMarked
package io.scopeguard.logtobox.directory;

import org.jspecify.annotations.NullMarked;
