/** Scope Guard for browsers: a `fetch` that obeys the `Scope-Drift` header. */

/** Which token a request needs: of an organization, of a resource, of a resource within an organization. */
export interface Target {
  readonly organization?: string;
  readonly resource?: string;
}

/** What a `Scope-Drift` header says. */
export interface Hint {
  /** `refresh`: get another token with the refresh token. `reconsent`: sign in again with consent. */
  readonly action: 'refresh' | 'reconsent';
  /** Scopes that the token carries and a new one could not; a number where the list would be too long. */
  readonly demoted: readonly string[] | number;
  /** Scopes that the subject was granted and the token lacks. */
  readonly promoted: readonly string[] | number;
  /** The same, of scopes that the provider itself gained since. */
  readonly new: readonly string[] | number;
  /** Roles that the token carries and the subject does not hold any more; only if tokens carry roles. */
  readonly demotedRoles: readonly string[] | number;
  /** Roles that the subject holds and the token lacks. */
  readonly promotedRoles: readonly string[] | number;
  /** The organization and the resource that the judged token is for, if any. */
  readonly organization?: string;
  readonly resource?: string;
  /** The fingerprint of the judged token. */
  readonly token: string;
  /** When the live permissions were read, in Unix seconds; absent if only the body of a refusal was there to be read. */
  readonly asOf?: number;
  /** Seconds to wait before acting, at most 30. */
  readonly after: number;
  /** What the refused operation needs, where the header does not name the scopes. */
  readonly required?: readonly string[];
}

export interface RefreshRequest extends Target {
  readonly hint: Hint;
}

export interface ConsentRequest extends Target {
  /** The scopes to ask for, sorted; empty where the API does not name them to this client. */
  readonly scopes: readonly string[];
  readonly hint: Hint;
}

/** How the guard gets at tokens. None of these may use the guard's own `fetch`: it waits for them. */
export interface ScopeGuardCallbacks {
  /**
   * The current token, from a cache as long as it is good. Without one (nobody is signed in) the request is sent without.
   * Called for every request. Bounded by `timeout`.
   */
  getToken(target: Target): Promise<string | null | undefined>;

  /**
   * A new token, gotten with the refresh token, whatever is cached. Called by one request and, with Web Locks, by one tab at a
   * time, whichever the target. An error whose `error` or `code` (or that of its `cause`) is `access_denied` or
   * `invalid_grant`, with or without Logto's prefix `oidc.`, is an end. Any other may be tried again after a minute.
   * Bounded by `timeout`.
   */
  refresh(request: RefreshRequest): Promise<string | null | undefined>;

  /**
   * Has the user asked, and then signs in again with consent for these scopes. Called at most once for each user, organization,
   * resource and set of scopes, as long as `environment.storage` lasts. Without it nobody is asked for consent.
   */
  consent?(request: ConsentRequest): Promise<void> | void;
}

export interface ScopeGuardOptions extends ScopeGuardCallbacks {
  /** The origins that tokens may be sent to. Default: the page's own. */
  readonly origins?: readonly string[];
  /** Milliseconds that another tab, `getToken` or `refresh` may take. Default: 30 000. */
  readonly timeout?: number;
  /** Another token is in use for this target, after a hint asked for it: time to reconnect what was opened with the old one. */
  onRefresh?(event: Target): void;
  /** There will be no other token: for this target (`access_denied`), or for the whole session (`invalid_grant`). */
  onEnd?(event: EndEvent): void;
  /** A refresh or the way to consent failed; the request was answered all the same. */
  onError?(event: FailureEvent): void;
  /** Stands in for parts of the browser, in tests and unusual hosts. */
  readonly environment?: Partial<Environment>;
}

export interface EndEvent extends Target {
  readonly reason: 'access_denied' | 'invalid_grant';
  readonly error: unknown;
}

export interface FailureEvent extends Target {
  readonly error: unknown;
}

/** What the guard needs of the world. */
export interface Environment {
  readonly fetch: typeof globalThis.fetch;
  /** Without Web Crypto (a page that is neither HTTPS nor localhost) the guard cannot tell whose a hint is, and obeys none. */
  readonly crypto: Pick<Crypto, 'subtle'> | undefined;
  /** Without Web Locks tabs do not wait for each other. */
  readonly locks: Pick<LockManager, 'request'> | undefined;
  /** Where it is remembered who was asked for what. Default: `sessionStorage`. Without it nobody is asked for consent. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem'> | undefined;
  readonly origin: string | undefined;
  /** What relative addresses are relative to. */
  readonly base: string | undefined;
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after that many milliseconds; rejects once the signal is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export interface GuardedInit extends RequestInit, Target {
  /**
   * Whether this request may be sent a second time after a refusal, though its method is not GET, HEAD or OPTIONS. Bodies that
   * are streams, and the body of a `Request`, are never sent twice.
   */
  readonly repeatable?: boolean;
}

export interface ScopeGuard {
  /**
   * As `fetch`, with the target's token, and obeying what the response says of it. A granted response is returned at once. One
   * refused with 401 or 403 whose action is `refresh` is repeated once with the new token, if it is safe to repeat; otherwise,
   * or if there is no new token, it is returned as it came. Rejects as `fetch` and `getToken` do, and with a `TypeError` for
   * origins that tokens are not for.
   */
  fetch(input: RequestInfo | URL, init?: GuardedInit): Promise<Response>;

  /**
   * Obeys the value of a `Scope-Drift` header that came by another way, such as an event stream. Resolves to whether there is
   * another token now; never rejects. A value that is malformed, or about a token that is no longer held, does nothing.
   */
  obey(target: Target, value: string | null | undefined): Promise<boolean>;

  /**
   * The token to send now, for what `fetch` does not send, such as the handshake of a WebSocket; `undefined` if nobody is signed in.
   * Waits for a refresh that is under way. Rejects as `getToken` does. Send it only where `origins` would let it go.
   */
  token(target: Target): Promise<string | undefined>;
}

/** Makes a guard; a page needs one. */
export function createScopeGuard(options: ScopeGuardOptions): ScopeGuard;

/** What a `Scope-Drift` header says, or `null` if it is malformed or none. */
export function parseScopeDrift(value: string | null | undefined): Hint | null;

/**
 * What a hint calls a token: the first 16 base64url characters of SHA-256 over its `jti`, or over the text of its signature if it has
 * none; `undefined` for what is no JWT.
 */
export function fingerprint(token: string, crypto?: Pick<Crypto, 'subtle'>): Promise<string | undefined>;
