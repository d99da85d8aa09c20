/** Reads server-sent events, and opens the stream again after the remedy that its last event names. */

import type { GuardedInit, ScopeGuard } from './scope-guard.js';

export interface StreamEvent {
  /** `message` if the event has no name. */
  readonly event: string;
  /** The lines of the data, joined. */
  readonly data: string;
  readonly id?: string;
}

/**
 * Opens a stream with `guard.fetch`, so that the token travels in a header. A last event `scope-drift` is obeyed and not passed on. If
 * it brought another token, the stream is opened again, once. A stream that breaks off is not: that is the caller's decision.
 *
 * @returns the events, and in the end the last response: a refusal, if the right has not come back
 * @throws what `guard.fetch` throws, or an error if the connection breaks
 */
export function guardedEvents(
  guard: ScopeGuard,
  url: string | URL,
  init?: GuardedInit,
): AsyncGenerator<StreamEvent, Response>;

/** The events of a body. */
export function eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent>;
