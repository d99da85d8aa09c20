/** Keeps a WebSocket open beyond its first token. */

import type { ScopeGuard, Target } from './scope-guard.js';

/** What is used of a `WebSocket`. */
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
  /** A message of the application. Answers to renewals are not passed on. */
  onMessage?(data: unknown): void;
  /** The session is over, and is not opened again. Not called after `close()`. */
  onEnd?(event: SocketEnd): void;
  /** Stands in for the clock, in tests. */
  readonly environment?: {
    now?(): number;
    sleep?(milliseconds: number, signal: AbortSignal): Promise<void>;
  };
}

export interface SocketEnd {
  /** The close code: 4401 or 4403 if the right to the session has ended; 0 if it could not be opened. */
  readonly code: number;
  /** Such as `expired` or `insufficient-scope`. */
  readonly reason: string;
  readonly error?: unknown;
}

export interface GuardedSocket {
  /** As `send` of the WebSocket; throws as long as there is none. */
  send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void;
  close(): void;
}

/**
 * Opens a WebSocket and sends the next token before the present one expires, so that expiry does not close it. If the right ends, the
 * token is refreshed, and if that brings another one, the session is opened again, once: not a second time unless a message has
 * arrived in between. A session that breaks off for another reason is not: that is the caller's decision.
 *
 * @param open opens the WebSocket. How it takes the token to the handshake is up to the application: browsers set no headers there.
 */
export function guardedSocket(
  guard: ScopeGuard,
  open: (token: string | undefined) => SocketLike,
  options?: SocketOptions,
): GuardedSocket;
