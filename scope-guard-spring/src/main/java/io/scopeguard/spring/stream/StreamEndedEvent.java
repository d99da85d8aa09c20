package io.scopeguard.spring.stream;

import io.scopeguard.WatchEnd;

/**
 * Published as an application event when a stream ends because of its token or its user's rights, and, in the modes that deny
 * nothing, when it would end: {@link WatchEnd#isEnforced()} tells which. Listeners run on the thread that judges all streams and
 * must return soon.
 *
 * @param kind the kind of stream
 * @param end why it ends
 */
public record StreamEndedEvent(OpenStreams.Kind kind, WatchEnd end) {}
