/** Tests of the published artifacts, and of a new project that uses them. Runs with {@code mvn -Ppublish verify}. */
@NullMarked
package io.scopeguard.demo.publication;

import org.jspecify.annotations.NullMarked;
