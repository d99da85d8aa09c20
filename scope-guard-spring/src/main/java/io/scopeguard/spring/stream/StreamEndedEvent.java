package io.scopeguard.spring.stream;

import io.scopeguard.WatchEnd;

/**
 * Published as an application event when a stream ends because of its token or its user's rights, and, in the modes that deny
 * nothing, when it would end: {@link WatchEnd#isEnforced()} distinguishes them. Events are published one after the other, in the order of
 * the ends, on a thread of their own: a slow listener delays later events, but no end.
 *
 * @param kind the kind of stream
 * @param end why it ends
 * @since 0.1
 */
public record StreamEndedEvent(OpenStreams.Kind kind, WatchEnd end) {}
