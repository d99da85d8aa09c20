@NullMarked
package io.scopeguard.spring.client;

import org.jspecify.annotations.NullMarked;
