/** What a subject may do now: the port to a provider, and the cache in front of it. */
@NullMarked
package io.scopeguard.permission;

import org.jspecify.annotations.NullMarked;
