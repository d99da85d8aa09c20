/* Keeps a WebSocket open beyond its first token; see sockets.d.ts for the types. */

import { fingerprint } from './scope-guard.js';

const RENEWAL = 'Authorization: Bearer ';
const ANSWER = 'Scope-Guard: ';

/** The close codes of sessions whose right has ended. */
const UNAUTHORIZED = 4401;
const FORBIDDEN = 4403;

/** No token brings back what these say. */
const FINAL = ['application', 'subject-inactive'];

/** The token is renewed this long before it expires, or after half of its time if that is later. */
const MARGIN_MS = 60_000;

/** Browsers know no longer timers. */
const LONGEST_SLEEP_MS = 2 ** 31 - 1;

/**
 * Opens a WebSocket that outlives its tokens.
 *
 * @param {import('./scope-guard.js').ScopeGuard} guard
 * @param {(token: string | undefined) => import('./sockets.js').SocketLike} open
 * @param {import('./sockets.js').SocketOptions} [options]
 * @returns {import('./sockets.js').GuardedSocket}
 */
export function guardedSocket(guard, open, options = {}) {
  const session = new Session(guard, open, options);
  session.start();
  return Object.freeze({ send: (data) => session.send(data), close: () => session.close() });
}

class Session {
  #guard;
  #open;
  #options;
  #target;
  #environment;
  #socket;
  #token;
  #timer = new AbortController();
  #isClosed = false;
  #mayReopen = true;

  constructor(guard, open, { organization, resource, environment, ...options }) {
    this.#guard = guard;
    this.#open = open;
    this.#target = { organization, resource };
    this.#options = options;
    this.#environment = { now: () => Date.now(), sleep, ...environment };
  }

  async start() {
    try {
      this.#token = await this.#guard.token(this.#target);
      if (!this.#isClosed) {
        this.#follow(this.#open(this.#token));
      }
    } catch (error) {
      this.#ended({ code: 0, reason: 'failed', error });
    }
  }

  send(data) {
    if (!this.#socket) {
      throw new Error('the WebSocket is not open yet');
    }
    this.#socket.send(data);
  }

  close() {
    this.#isClosed = true;
    this.#timer.abort();
    this.#socket?.close();
  }

  #follow(socket) {
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.#renewLater(socket);
      this.#options.onOpen?.();
    });
    socket.addEventListener('message', ({ data }) => this.#received(socket, data));
    socket.addEventListener('close', ({ code, reason }) => {
      this.#timer.abort();
      if (!this.#isClosed) {
        this.#lost(code, reason);
      }
    });
  }

  #received(socket, data) {
    if (typeof data === 'string' && data.startsWith(ANSWER)) {
      if (data === `${ANSWER}renewed`) {
        this.#renewLater(socket);
      }
      // Otherwise the session lasts as long as the token that it has.
      return;
    }
    this.#mayReopen = true;
    this.#options.onMessage?.(data);
  }

  /** Sends the next token before the present one expires. */
  async #renewLater(socket) {
    this.#timer.abort();
    const timer = (this.#timer = new AbortController());
    try {
      await this.#sleepUntil(renewalOf(this.#token, this.#environment.now()), timer.signal);
      const next = await this.#another(this.#token);
      if (next !== undefined && !timer.signal.aborted) {
        this.#token = next;
        socket.send(RENEWAL + next);
      }
    } catch {
      // The session was closed, or lasts as long as the token that it has.
    }
  }

  async #sleepUntil(time, signal) {
    for (let rest = time - this.#environment.now(); rest > 0; rest = time - this.#environment.now()) {
      await this.#environment.sleep(Math.min(rest, LONGEST_SLEEP_MS), signal);
    }
    signal.throwIfAborted();
  }

  /** Another token than this one: the application's cache may have one, or it is refreshed once for all who need it. */
  async #another(token) {
    const known = await this.#guard.token(this.#target);
    if (known !== token || token === undefined) {
      return known === token ? undefined : known;
    }
    const name = await fingerprint(token);
    const seconds = Math.floor(this.#environment.now() / 1000);
    await this.#guard.obey(this.#target, `action=refresh, token="${name}", as-of=${seconds}, after=0`);
    const next = await this.#guard.token(this.#target);
    return next === token ? undefined : next;
  }

  /** Opens the session again with another token, once: not a second time unless a message has arrived in between. */
  async #lost(code, reason) {
    const hasRemedy = (code === UNAUTHORIZED || code === FORBIDDEN) && !FINAL.includes(reason) && this.#mayReopen;
    const next = hasRemedy ? await this.#another(this.#token).catch(() => undefined) : undefined;
    if (this.#isClosed) {
      return;
    }
    if (next === undefined) {
      this.#ended({ code, reason });
      return;
    }
    this.#mayReopen = false;
    await this.start();
  }

  #ended(event) {
    this.close();
    this.#options.onEnd?.(event);
  }
}

/** When to renew a token, in milliseconds since 1970; never for one that does not say when it expires. */
function renewalOf(token, now) {
  const expiresAt = expiryOf(token);
  return Math.max(expiresAt - MARGIN_MS, now + (expiresAt - now) / 2);
}

function expiryOf(token) {
  try {
    const [, payload] = token.split('.');
    const { exp } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    return typeof exp === 'number' ? exp * 1000 : Infinity;
  } catch {
    return Infinity;
  }
}

function sleep(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
