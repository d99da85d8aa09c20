/** Keeps a WebSocket open beyond its first token. */

import type { ScopeGuard, Target } from './scope-guard.js';

/** The part of a `WebSocket` that is used. */
export interface SocketLike {
  send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void;
  close(): void;
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number; readonly reason: string }) => void): void;
}

export interface SocketOptions extends Target {
  /** The session is open, at first and after it was opened again. */
  onOpen?(): void;
  /** A message of the application. Responses to renewals are not passed on. */
  onMessage?(data: unknown): void;
  /** The session is over, and is not opened again. Not called after `close()`. */
  onEnd?(event: SocketEnd): void;
  /** Replaces the clock in tests. */
  readonly environment?: {
    now?(): number;
    sleep?(milliseconds: number, signal: AbortSignal): Promise<void>;
  };
}

export interface SocketEnd {
  /** The close code: 4401 or 4403 if the right to the session has ended; 0 if it could not be opened. */
  readonly code: number;
  /** The reason, such as `expired` or `insufficient-scope`. */
  readonly reason: string;
  readonly error?: unknown;
}

export interface GuardedSocket {
  /** Sends a message like `send` of the WebSocket. Throws if no session is open. */
  send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void;
  close(): void;
}

/**
 * Opens a WebSocket and sends the next token before the current one expires, so that the session outlives its tokens. If the right to
 * the session ends, the token is refreshed. If the refresh delivers a new token, the session is opened again, at most once until a
 * message has arrived. A session that ends for another reason is not opened again: the caller decides.
 *
 * @param open opens the WebSocket. The application decides how the handshake carries the token, because browsers cannot set headers
 *     there.
 */
export function guardedSocket(
  guard: ScopeGuard,
  open: (token: string | undefined) => SocketLike,
  options?: SocketOptions,
): GuardedSocket;
