/** What users get: the published artifacts, and a new project that uses them. Runs with {@code mvn -Ppublish verify}. */
@NullMarked
package io.scopeguard.demo.publication;

import org.jspecify.annotations.NullMarked;
