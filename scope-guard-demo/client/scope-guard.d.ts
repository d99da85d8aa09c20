/** Scope Guard for browsers: a `fetch` that follows the `Scope-Drift` header. */

/** The token that a request needs: for an organization, for a resource, or for a resource within an organization. */
export interface Target {
  readonly organization?: string;
  readonly resource?: string;
}

/** The content of a `Scope-Drift` header. */
export interface Hint {
  /** `refresh`: get another token with the refresh token. `reconsent`: sign in again with consent. */
  readonly action: 'refresh' | 'reconsent';
  /** Scopes that the token carries and a new token could not carry; their number if the list would be too long. */
  readonly demoted: readonly string[] | number;
  /** Scopes that the subject was granted and the token lacks. */
  readonly promoted: readonly string[] | number;
  /** Scopes that the token lacks because they were created after it was issued. */
  readonly new: readonly string[] | number;
  /** Roles that the token carries and the subject no longer holds; only if tokens carry roles. */
  readonly demotedRoles: readonly string[] | number;
  /** Roles that the subject holds and the token lacks. */
  readonly promotedRoles: readonly string[] | number;
  /** The organization and the resource that the token is for, if any. */
  readonly organization?: string;
  readonly resource?: string;
  /** The fingerprint of the token. */
  readonly token: string;
  /** When the live permissions were read, in Unix seconds; absent if the hint was read from the body of a denial. */
  readonly asOf?: number;
  /** Seconds to wait before acting, at most 30. */
  readonly after: number;
  /** The scopes that the denied operation requires, if the header does not name them. */
  readonly required?: readonly string[];
}

export interface RefreshRequest extends Target {
  readonly hint: Hint;
}

export interface ConsentRequest extends Target {
  /** The scopes to request, sorted; empty if the API does not name them to this client. */
  readonly scopes: readonly string[];
  readonly hint: Hint;
}

/** Provides tokens to the guard. Do not call `guard.fetch` in these callbacks: it would wait for itself. */
export interface ScopeGuardCallbacks {
  /**
   * The current token, from a cache while it is valid. If there is none (nobody is signed in), the request is sent without a token.
   * Called for every request. Limited by `timeout`.
   */
  getToken(target: Target): Promise<string | null | undefined>;

  /**
   * Requests a new token with the refresh token, even if the cached one is still valid. Called by one request at a time and, with
   * Web Locks, by one tab at a time, for all targets together. An error whose `error` or `code` (or that of its `cause`) is
   * `access_denied` or `invalid_grant`, with or without Logto's prefix `oidc.`, ends the use of the target or the session: see
   * `onEnd`. After any other error, the guard can try again after a minute. Limited by `timeout`.
   */
  refresh(request: RefreshRequest): Promise<string | null | undefined>;

  /**
   * Asks the user for confirmation, and then starts a new sign-in with consent for these scopes. Called at most once for each user,
   * organization, resource and set of scopes, until `environment.storage` is cleared. Without this callback, users are never asked
   * for consent.
   */
  consent?(request: ConsentRequest): Promise<void> | void;
}

export interface ScopeGuardOptions extends ScopeGuardCallbacks {
  /** The origins that tokens may be sent to. Default: the origin of the page. */
  readonly origins?: readonly string[];
  /** Time limit for another tab, `getToken` and `refresh`, in milliseconds. Default: 30 000. */
  readonly timeout?: number;
  /** The token of this target was replaced because of a hint. Reconnect sessions that were opened with the old token. */
  onRefresh?(event: Target): void;
  /** No more tokens can be obtained, for this target (`access_denied`) or for the whole session (`invalid_grant`). */
  onEnd?(event: EndEvent): void;
  /** A refresh or a request for consent failed. The response was returned nevertheless. */
  onError?(event: FailureEvent): void;
  /** Replaces parts of the browser, in tests and in other runtimes. */
  readonly environment?: Partial<Environment>;
}

export interface EndEvent extends Target {
  readonly reason: 'access_denied' | 'invalid_grant';
  readonly error: unknown;
}

export interface FailureEvent extends Target {
  readonly error: unknown;
}

/** The parts of the browser that the guard uses. */
export interface Environment {
  readonly fetch: typeof globalThis.fetch;
  /** Without Web Crypto (a page that is neither HTTPS nor localhost), the guard cannot compute fingerprints, so it ignores all hints. */
  readonly crypto: Pick<Crypto, 'subtle'> | undefined;
  /** Without Web Locks, tabs do not wait for each other. */
  readonly locks: Pick<LockManager, 'request'> | undefined;
  /** Stores the consent requests that were made. Default: `sessionStorage`. Without it, users are never asked for consent. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem'> | undefined;
  readonly origin: string | undefined;
  /** The base of relative URLs. */
  readonly base: string | undefined;
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after this number of milliseconds; rejects when the signal is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export interface GuardedInit extends RequestInit, Target {
  /**
   * Whether this request may be sent again after a denial, although its method is not GET, HEAD or OPTIONS. Bodies that are
   * streams, and the body of a `Request`, are never sent twice.
   */
  readonly repeatable?: boolean;
}

export interface ScopeGuard {
  /**
   * Sends a request with the token of the target, and follows the hint in the response. The response to a granted request is
   * returned at once. A request that is denied with 401 or 403 and the action `refresh` is sent again once with the new token, if
   * that is safe. Otherwise, or if there is no new token, the denial is returned unchanged. Rejects as `fetch` and `getToken` do,
   * and with a `TypeError` if the origin is not in `origins`.
   */
  fetch(input: RequestInfo | URL, init?: GuardedInit): Promise<Response>;

  /**
   * Follows the value of a `Scope-Drift` header that was received in another way, such as from an event stream. Resolves to whether
   * the token was replaced; never rejects. A malformed value, or one about a token that is no longer held, has no effect.
   */
  obey(target: Target, value: string | null | undefined): Promise<boolean>;

  /**
   * The current token, for requests that `fetch` does not send, such as the handshake of a WebSocket; `undefined` if nobody is
   * signed in. Waits for a refresh that is in progress. Rejects as `getToken` does. Send the token only to `origins`.
   */
  token(target: Target): Promise<string | undefined>;
}

/** Creates a guard. A page needs only one. */
export function createScopeGuard(options: ScopeGuardOptions): ScopeGuard;

/** Parses a `Scope-Drift` header. Returns `null` if it is malformed or missing. */
export function parseScopeDrift(value: string | null | undefined): Hint | null;

/**
 * The fingerprint of a token in a hint: the first 16 base64url characters of SHA-256 over its `jti`, or over the text of its signature
 * if it has no `jti`; `undefined` if the token is not a JWT.
 */
export function fingerprint(token: string, crypto?: Pick<Crypto, 'subtle'>): Promise<string | undefined>;
