/**
 * Streamed responses, WebSocket and STOMP sessions, which end when the right to them ends; and the optional stream of signals.
 *
 * <pre>
 *  StreamGuard             the response to a granted request    ──▶ HttpStream                    ─┐
 *  WebSocketStreams        a session with a granted handshake   ──▶ WebSocketStream, StompStream  ─┼─▶ OpenStreams ──▶ OpenStream
 *  SignalStreamController  the stream of signals                ──▶ SignalStream                  ─┘                      │
 *                                                                                                     a Watch of the core for
 *                                                                                                     each decision behind it
 *                                                                                                                         │
 *  StreamEndedEvent, meters ◀── the stream ends, with the reason ◀── WatchEnd: a right was lost, or the token expired ◀───┘
 * </pre>
 *
 * <p>Nothing is polled: a read of a fact ends the watches that depend on it. {@code StompSubscriptions} has each
 * subscription of a STOMP session watched as well. An application uses {@link OpenStreams} and {@link
 * StreamEndedEvent}, and can recognize a {@link StreamEndedException}. The other types are internal.
 */
@NullMarked
package io.scopeguard.spring.stream;

import org.jspecify.annotations.NullMarked;
