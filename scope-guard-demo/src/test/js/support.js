/* What the tests share: an API on a real socket, tokens, a clock that is moved, and what a browser would bring. */

import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createScopeGuard } from '../../../client/scope-guard.js';

/** No test waits for real; one that hangs has failed. */
export const LIMIT = { timeout: 60_000 };

export const NOW = 1_795_244_700;

/** A token as a provider would issue it; the signature is the API's business. */
export function token(claims = {}) {
  const payload = { jti: randomUUID(), sub: 'alice', exp: NOW + 3600, ...claims };
  return `e30.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.c2ln`;
}

export function fingerprintOf(jwt) {
  const { jti } = JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url'));
  return createHash('sha256').update(jti).digest('base64url').slice(0, 16);
}

/** Web Crypto without its threads, so that whatever needs no socket is done when the event loop has turned. */
const CRYPTO = {
  subtle: { digest: async (algorithm, bytes) => createHash('sha256').update(bytes).digest() },
};

/** The header as the API writes it. */
export function drift(jwt, { action = 'refresh', changes = 'promoted=("invite:member")', after = 2 } = {}) {
  return `action=${action}, ${changes}, token="${fingerprintOf(jwt)}", as-of=${NOW}, after=${after}`;
}

/** An API on loopback. It answers as `answer` says, and remembers what it was sent. */
export async function api(answer) {
  const calls = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    const call = {
      method: request.method,
      path: request.url,
      headers: request.headers,
      token: request.headers.authorization?.replace('Bearer ', ''),
      body: Buffer.concat(chunks).toString(),
    };
    calls.push(call);
    const { status = 200, headers = {}, body = '' } = await answer(call, calls.length);
    response.writeHead(status, headers).end(call.method === 'HEAD' ? undefined : body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const close = () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    return closed;
  };
  return { origin, calls, close };
}

/** Time stands still until it is moved. */
export class Clock {
  #now = NOW * 1000;
  #sleepers = new Set();

  now = () => this.#now;

  sleep = (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      const sleeper = { at: this.#now + milliseconds, resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason);
      });
    });

  /** Moves on, once somebody sleeps until then at the latest: whoever is on the way to sleep is waited for. */
  async advance(seconds) {
    const until = this.#now + seconds * 1000;
    await eventually(() => [...this.#sleepers].some(({ at }) => at <= until));
    this.#now = until;
    for (const sleeper of [...this.#sleepers].filter(({ at }) => at <= until)) {
      this.#sleepers.delete(sleeper);
      sleeper.resolve();
    }
    await settled();
  }

  /** Moves on, whoever sleeps. */
  pass(seconds) {
    this.#now += seconds * 1000;
  }

  /** For how long those who sleep still will, in seconds. */
  get waits() {
    return [...this.#sleepers].map(({ at }) => (at - this.#now) / 1000).sort((a, b) => a - b);
  }
}

/** Lets everything that is under way, on the socket too, go on until the condition holds. */
export async function eventually(condition) {
  for (let turns = 0; !condition(); turns++) {
    if (turns > 5000) {
      throw new Error(`never came true: ${condition}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Lets what needs no socket run to its end. */
export async function settled() {
  for (let turns = 0; turns < 50; turns++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Web Locks as the browser has them, as far as the guard uses them; shared by tabs. */
export class Locks {
  #last = Promise.resolve();
  holders = 0;

  request(name, { signal }, work) {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      const run = async () => {
        if (!signal.aborted) {
          this.holders++;
          await Promise.resolve(work()).then(resolve, reject);
          this.holders--;
        }
      };
      this.#last = this.#last.then(run);
    });
  }
}

/** Session storage. */
export class Storage {
  entries = new Map();

  getItem(key) {
    return this.entries.get(key) ?? null;
  }

  setItem(key, value) {
    this.entries.set(key, String(value));
  }
}

/** An application with tokens in a cache, as SDKs have them, and a guard of its own: a tab. */
export class Tab {
  events = [];
  refreshes = [];
  consents = [];

  constructor(origin, { tokens = new Map(), clock = new Clock(), ...overrides } = {}) {
    const { environment, ...options } = overrides;
    this.tokens = tokens;
    this.clock = clock;
    this.guard = createScopeGuard({
      getToken: async (target) => this.tokens.get(keyOf(target)),
      refresh: async (request) => {
        this.refreshes.push(request);
        const next = token();
        this.tokens.set(keyOf(request), next);
        return next;
      },
      consent: (request) => {
        this.consents.push(request);
      },
      onEnd: (event) => this.events.push(['end', event]),
      onError: (event) => this.events.push(['error', event]),
      origins: [origin],
      ...options,
      environment: {
        base: origin,
        crypto: CRYPTO,
        locks: undefined,
        storage: new Storage(),
        now: clock.now,
        sleep: clock.sleep,
        ...environment,
      },
    });
  }

  fetch(path, init = {}) {
    return this.guard.fetch(path, { organization: 'acme', ...init });
  }
}

export function keyOf({ organization, resource }) {
  return `${organization}/${resource}`;
}

export const ACME = keyOf({ organization: 'acme' });
