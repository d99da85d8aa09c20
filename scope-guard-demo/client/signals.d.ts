/** Follows a stream of signals, so that a page hears of drift without sending a request. */

import type { ScopeGuard, Target } from './scope-guard.js';

/** What the API knows about a token. */
export interface Standing {
  readonly subject: string;
  readonly kind: string;
  readonly audience: string;
  readonly organization?: string;
  readonly token_scopes: readonly string[];
  /** The scopes that the subject holds now; absent as long as they are unknown. */
  readonly live_scopes?: readonly string[];
  /** The scopes that count: those of the token that the subject still holds. */
  readonly effective_scopes: readonly string[];
  readonly drift: {
    readonly demoted: readonly string[];
    readonly promoted: readonly string[];
    readonly new: readonly string[];
  };
}

/** Why a stream ended for good. `replaced`: the same user opened too many. */
export type EndReason = 'suspended' | 'not-a-member' | 'refused' | 'replaced';

export interface SignalOptions extends Target {
  onPermissions?(standing: Standing): void;
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
