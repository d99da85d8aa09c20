/**
 * Streamed responses, WebSocket and STOMP sessions, which end when the right to them ends; and the optional stream of signals.
 */
@Internal
@NullMarked
package io.scopeguard.spring.stream;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.NullMarked;
