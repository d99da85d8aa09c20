/**
 * Clients of guarded APIs, for {@code RestClient} and {@code WebClient}: they send the access tokens of Spring Security's OAuth 2.0
 * client, and follow what the responses say about them.
 */
@NullMarked
package io.scopeguard.spring.client;

import org.jspecify.annotations.NullMarked;
