/** What several tests share: time that is moved by hand, tokens that really verify, a tenant in memory. */
@NullMarked
package io.scopeguard.testing;

import org.jspecify.annotations.NullMarked;
