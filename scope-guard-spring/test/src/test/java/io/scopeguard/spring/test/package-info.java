/** Tests of the test kit, in the form in which users write tests. */
@NullMarked
package io.scopeguard.spring.test;

import org.jspecify.annotations.NullMarked;
