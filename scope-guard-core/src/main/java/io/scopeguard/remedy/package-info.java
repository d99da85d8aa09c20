/** What a client should do about a drift, and what it was asked to do before. */
@NullMarked
package io.scopeguard.remedy;

import org.jspecify.annotations.NullMarked;
