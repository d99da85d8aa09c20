/* Reads a stream of signals (server-sent events) with a guarded `fetch`; see signals.d.ts for the types. */

import { eventsIn } from './streams.js';

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/** How a stream ended for good: there is nothing to reconnect to. */
const FINAL = ['suspended', 'not-a-member', 'refused', 'replaced'];

/**
 * Follows the signals of one token: opens the stream, obeys what it says, and opens it again for the next token.
 *
 * @param {import('./scope-guard.js').ScopeGuard} guard
 * @param {string | URL} url
 * @param {import('./signals.js').SignalOptions} options
 * @returns {import('./signals.js').Follower}
 */
export function followSignals(guard, url, options) {
  const follower = new Follower(guard, url, options);
  follower.run();
  return Object.freeze({ close: () => follower.close(), reopen: () => follower.reopen() });
}

class Follower {
  #guard;
  #url;
  #options;
  #target;
  #connection = new AbortController();
  #isClosed = false;
  #pause = FIRST_PAUSE_MS;

  constructor(guard, url, { organization, resource, ...options }) {
    this.#guard = guard;
    this.#url = url;
    this.#target = { organization, resource };
    this.#options = options;
  }

  async run() {
    while (!this.#isClosed) {
      this.#connection = new AbortController();
      const { signal } = this.#connection;
      const wait = await this.#follow(signal).catch(() => this.#nextPause());
      if (wait === undefined) {
        this.close();
      } else if (!signal.aborted) {
        await sleep(wait, signal);
      }
    }
  }

  /** For another token: what an open stream says is about the old one. */
  reopen() {
    this.#connection.abort();
  }

  close() {
    this.#isClosed = true;
    this.#connection.abort();
  }

  /** One connection, until it ends; resolves to the pause before the next one, or to nothing if there should be none. */
  async #follow(signal) {
    const response = await this.#guard.fetch(this.#url, {
      ...this.#target,
      headers: { Accept: 'text/event-stream' },
      cache: 'no-store',
      signal,
    });
    if (!response.ok || !response.body) {
      return this.#refused(response);
    }
    for await (const { event, data } of events(response.body)) {
      this.#pause = FIRST_PAUSE_MS;
      if (event === 'permissions') {
        this.#options.onPermissions?.(data);
        this.#obey(data.scope_drift);
      } else if (event === 'end') {
        return this.#ended(data);
      }
    }
    return this.#nextPause();
  }

  #obey(value) {
    if (value) {
      const connection = this.#connection;
      this.#guard.obey(this.#target, value).then((isReplaced) => isReplaced && connection.abort());
    }
  }

  #ended({ reason, scope_drift: value }) {
    this.#obey(value);
    if (FINAL.includes(reason)) {
      this.#options.onEnd?.(reason);
      return undefined;
    }
    return reason === 'expired' ? 0 : this.#nextPause();
  }

  #refused(response) {
    if (response.status === 401 || response.status === 403) {
      this.#options.onEnd?.('refused');
      return undefined;
    }
    const retryAfter = Number(response.headers.get('Retry-After'));
    return Math.max(this.#nextPause(), Math.min(retryAfter * 1000 || 0, LONGEST_PAUSE_MS));
  }

  #nextPause() {
    const pause = this.#pause;
    this.#pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    return pause;
  }
}

/** The events of a stream whose data is JSON. Malformed ones are skipped. */
async function* events(body) {
  for await (const { event, data } of eventsIn(body)) {
    const json = parsed(data);
    if (json !== undefined) {
      yield { event, data: json };
    }
  }
}

function parsed(json) {
  try {
    const data = JSON.parse(json);
    return typeof data === 'object' && data !== null ? data : undefined;
  } catch {
    return undefined;
  }
}

function sleep(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
