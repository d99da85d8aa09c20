/** Tests of the test kit, as a user writes them. */
@NullMarked
package io.scopeguard.spring.test;

import org.jspecify.annotations.NullMarked;
