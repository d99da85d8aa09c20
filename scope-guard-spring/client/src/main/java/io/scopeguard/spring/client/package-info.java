/**
 * Clients of guarded APIs, for {@code RestClient} and {@code WebClient}. They send the access tokens of Spring Security's OAuth 2.0
 * client, and act on the hints in responses.
 */
@NullMarked
package io.scopeguard.spring.client;

import org.jspecify.annotations.NullMarked;
