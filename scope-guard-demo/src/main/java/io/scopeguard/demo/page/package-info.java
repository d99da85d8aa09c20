/** The page that explains the library, the browser package that it uses, and the operator's panel beside it. */
@NullMarked
package io.scopeguard.demo.page;

import org.jspecify.annotations.NullMarked;
