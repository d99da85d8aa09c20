/** The conditions of the auto-configurations. */
@NullMarked
package io.scopeguard.conditions;

import org.jspecify.annotations.NullMarked;
