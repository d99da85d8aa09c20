/** Reads server-sent events, and opens the stream again after applying the remedy that its last event names. */

import type { GuardedInit, ScopeGuard } from './scope-guard.js';

export interface StreamEvent {
  /** `message` if the event has no name. */
  readonly event: string;
  /** The lines of the data, joined. */
  readonly data: string;
  readonly id?: string;
}

/**
 * Opens a stream with `guard.fetch`, so that the token is sent in a header. A last event `scope-drift` is followed and not passed on.
 * If it leads to a new token, the stream is opened again, once. A stream that breaks is not opened again: the caller decides.
 *
 * @returns the events, and finally the last response: a denial if the right is still missing
 * @throws what `guard.fetch` throws, or an error if the connection breaks
 */
export function guardedEvents(
  guard: ScopeGuard,
  url: string | URL,
  init?: GuardedInit,
): AsyncGenerator<StreamEvent, Response>;

/** The events of a body. */
export function eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent>;
