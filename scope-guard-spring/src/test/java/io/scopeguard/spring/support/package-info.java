/** Test support: a Logto tenant, a running API, and a movable clock. */
@NullMarked
package io.scopeguard.spring.support;

import org.jspecify.annotations.NullMarked;
