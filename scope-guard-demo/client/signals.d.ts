/** Follows a stream of signals, so that a page hears of drift without sending a request. */

import type { ScopeGuard, Target } from './scope-guard.js';

/** What an event says about the token of the stream. */
export interface Permissions {
  /** The scopes of the token that count now. */
  readonly effective_scopes: readonly string[];
  /** The value of a `Scope-Drift` header, which the guard has obeyed already. */
  readonly scope_drift?: string;
}

/** Why a stream ended for good. `replaced`: the same user opened too many. */
export type EndReason = 'suspended' | 'not-a-member' | 'refused' | 'replaced';

export interface SignalOptions extends Target {
  /** Called at first, and whenever the effective scopes or the remedy changed. */
  onPermissions?(permissions: Permissions): void;
  onEnd?(reason: EndReason): void;
}

export interface Follower {
  /** Opens the stream again, after the application itself got another token. */
  reopen(): void;
  close(): void;
}

/**
 * Opens the stream with `guard.fetch`, so that the token travels in a header and never in the address. Obeys each signal, and
 * follows the next token. Connections that break are opened again after 1 s, and then after twice as long each time, up to 30 s.
 */
export function followSignals(guard: ScopeGuard, url: string | URL, options: SignalOptions): Follower;
