/** The tenant: who there is, who belongs where, and what each may do at this moment. */
@NullMarked
package io.scopeguard.demo.logto.directory;

import org.jspecify.annotations.NullMarked;
