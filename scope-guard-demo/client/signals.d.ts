/** Follows a stream of signals, so that the page is informed of drift without sending a request. */

import type { ScopeGuard, Target } from './scope-guard.js';

/** The permissions of the stream's token, as an event reports them. */
export interface Permissions {
  /** The scopes of the token that are effective now. */
  readonly effective_scopes: readonly string[];
  /** The value of a `Scope-Drift` header, which the guard has followed already. */
  readonly scope_drift?: string;
}

/** The reason why a stream ended and is not opened again. `replaced`: the same user opened too many streams. */
export type EndReason = 'suspended' | 'not-a-member' | 'refused' | 'replaced';

export interface SignalOptions extends Target {
  /** Called with the first event, and whenever the effective scopes or the remedy have changed. */
  onPermissions?(permissions: Permissions): void;
  onEnd?(reason: EndReason): void;
}

export interface Follower {
  /** Opens the stream again, for example after the application itself has obtained a new token. */
  reopen(): void;
  close(): void;
}

/**
 * Opens the stream with `guard.fetch`, so that the token is sent in a header and never in the URL. Follows each signal, and opens the
 * stream again with the new token. A broken connection is opened again after 1 s, and then after twice the last pause, up to 30 s.
 */
export function followSignals(guard: ScopeGuard, url: string | URL, options: SignalOptions): Follower;
