/** A real Keycloak for tests: its process, its administration, and its sign-in pages. */
@NullMarked
package io.scopeguard.demo.keycloak;

import org.jspecify.annotations.NullMarked;
