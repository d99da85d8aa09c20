/** The page that explains the library, the browser package that it uses, and the operator's panel. */
@NullMarked
package io.scopeguard.demo.page;

import org.jspecify.annotations.NullMarked;
