/*
 * Scope Guard for browsers: a `fetch` that obeys the `Scope-Drift` header. No dependencies; see scope-guard.d.ts for the types.
 *
 * A response may say that the token no longer matches what its subject may do. The guard then waits as long as it is told, gets
 * another token once for all requests and all tabs, and repeats what was refused; or it has the user asked for consent, once.
 */

const HEADER = 'Scope-Drift';
const PROBLEM_PREFIX = 'urn:problem-type:scope-guard:';
const LONGEST_HEADER = 1024;
const LONGEST_PROBLEM = 16 * 1024;
const LONGEST_TOKEN = 32 * 1024;
const LONGEST_WAIT_SECONDS = 30;

/** How long to wait before a refresh that only the problem body asks for: the next token must bear a later second. */
const UNTOLD_WAIT_SECONDS = 2;

/** How long another tab, the refresh or the provider's SDK may take. */
const PATIENCE_MS = 30_000;

/** When a refresh that failed on its way, for want of a network say, may be tried again. */
const SECOND_TRY_MS = 60_000;

const MOST_TARGETS = 100;
const MOST_ACTS = 500;
const MOST_ASKS = 100;

/**
 * Makes a guard; a page needs one.
 *
 * @param {import('./scope-guard.js').ScopeGuardOptions} options
 * @returns {import('./scope-guard.js').ScopeGuard}
 */
export function createScopeGuard(options) {
  const guard = new Guard({ timeout: PATIENCE_MS, ...options }, { ...browser(), ...options.environment });
  return Object.freeze({
    fetch: (input, init) => guard.fetch(input, init),
    obey: (target, value) => guard.obey(target, value),
    token: (target) => guard.token(target),
  });
}

/**
 * What a `Scope-Drift` header says, or `null` if it is none.
 *
 * @param {string | null | undefined} value
 * @returns {import('./scope-guard.js').Hint | null}
 */
export function parseScopeDrift(value) {
  if (typeof value !== 'string' || value.length > LONGEST_HEADER) {
    return null;
  }
  try {
    return hintOf(new DictionaryParser(value).parse());
  } catch (error) {
    if (error instanceof Malformed) {
      return null;
    }
    throw error;
  }
}

/**
 * What a hint calls a token: the first 16 base64url characters of SHA-256 over its `jti`, or over the text of its signature if it
 * has none; `undefined` for what is no JWT.
 *
 * @param {string} token
 * @param {Pick<Crypto, 'subtle'>} [crypto]
 * @returns {Promise<string | undefined>}
 */
export async function fingerprint(token, crypto = globalThis.crypto) {
  return (await tokenOf(token, crypto)).fingerprint;
}

// ----------------------------------------------------------------------------------------------------------- The guard

class Guard {
  #options;
  #environment;
  #held = new Recent(MOST_TARGETS);
  #acted = new Recent(MOST_ACTS);
  #spent = new Recent(MOST_TARGETS);
  #flights = new Map();
  #turns = new Turns();
  #asks;

  constructor(options, environment) {
    this.#options = options;
    this.#environment = environment;
    this.#asks = new Asks(environment.storage);
  }

  async fetch(input, init) {
    const call = new Call(input, init, this.#environment);
    this.#requireTrusted(call);
    const sent = await unlessAborted(this.#token(call.target), call.signal);
    const response = await call.send(sent?.jwt);
    const hint = await hintIn(response, call, sent);
    if (hint === null) {
      return response;
    }
    const settled = this.#obey(call.target, hint);
    const isWorthWhile = isRefused(response) && hint.action === 'refresh' && call.isRepeatable;
    return isWorthWhile ? this.#repeat(call, sent, response, settled) : response;
  }

  /** Does what a header's value asks that came by another way; resolves to whether there is another token now. */
  async obey({ organization, resource }, value) {
    const hint = parseScopeDrift(value);
    if (hint === null) {
      return false;
    }
    const target = targetOf({ organization, resource });
    const next = await this.#obey(target, hint);
    return next !== undefined && next.fingerprint !== hint.token;
  }

  /** The token to send now, for what is not sent with `fetch`. */
  async token({ organization, resource }) {
    return (await this.#token(targetOf({ organization, resource })))?.jwt;
  }

  /** Once, with a newer token, whatever the second answer says; but that one's hint counts too. */
  async #repeat(call, sent, refused, settled) {
    const next = await unlessAborted(settled, call.signal);
    if (next === undefined || next.jwt === sent.jwt) {
      return refused;
    }
    refused.body?.cancel().catch(() => {});
    const response = await call.send(next.jwt);
    const hint = await hintIn(response, call, next);
    if (hint !== null) {
      this.#obey(call.target, hint);
    }
    return response;
  }

  #requireTrusted({ url }) {
    const origins = this.#options.origins ?? [this.#environment.origin];
    if (!origins.includes(url.origin)) {
      throw new TypeError(`tokens are not for ${url.origin}: name it in origins if they are`);
    }
  }

  /** The token to send now; never one that is being replaced because it says too much. */
  async #token(target) {
    const held = this.#held.get(keyOf(target));
    const isGood = held?.expiresAt > this.#environment.now();
    if (this.#turns.isHeld && isGood) {
      return held;
    }
    try {
      return await this.#turns.take(() => this.#ask(target));
    } catch (error) {
      if (isNetworkTrouble(error) && isGood) {
        return held;
      }
      throw error;
    }
  }

  /** Whatever token the application has now. */
  async #ask(target) {
    return this.#hold(target, await this.#bounded(() => this.#options.getToken(target)));
  }

  async #hold(target, jwt) {
    const token = jwt ? await tokenOf(jwt, this.#environment.crypto) : undefined;
    this.#held.set(keyOf(target), token);
    return token;
  }

  /** Does what the hint asks; ends with the token to use from then on, and never with an error. */
  async #obey(target, hint) {
    const held = this.#held.get(keyOf(target));
    const isBeingReplaced = hint.action === 'refresh' && this.#flights.get(hint.token)?.key === keyOf(target);
    if (held?.fingerprint !== hint.token && !isBeingReplaced) {
      return held;
    }
    if (hint.action === 'refresh') {
      return this.#refresh(target, hint);
    }
    await this.#reconsent(target, hint).catch((error) => this.#tell('onError', { ...target, error }));
    return undefined;
  }

  #refresh(target, hint) {
    let flight = this.#flights.get(hint.token);
    if (flight === undefined) {
      if (!this.#mayAct(hint)) {
        return this.#held.get(keyOf(target));
      }
      flight = new Flight(keyOf(target), (latest) => this.#renew(target, latest));
      this.#flights.set(hint.token, flight);
    }
    flight.join(hint, this.#environment.sleep(hint.after * 1000));
    return flight.landed;
  }

  async #renew(target, hint) {
    this.#acted.set(actOf(hint), Infinity);
    try {
      await this.#turns.hold(() => this.#locked(() => this.#replace(target, hint)));
    } catch (error) {
      this.#failed(target, hint, error);
    } finally {
      this.#flights.delete(hint.token);
    }
    return this.#held.get(keyOf(target));
  }

  async #replace(target, hint) {
    const held = await this.#ask(target);
    if (held?.fingerprint !== hint.token || this.#spent.get(hint.token)) {
      // Another tab was faster, or the application; or another refresh found that the session is over.
      this.#tellOfToken(target, held, hint);
      return;
    }
    if (isDemotion(hint)) {
      this.#held.delete(keyOf(target));
    }
    const jwt = await this.#bounded(() => this.#options.refresh({ ...target, hint }));
    if (!jwt) {
      throw new Error('the refresh brought no token');
    }
    this.#tellOfToken(target, await this.#hold(target, jwt), hint);
  }

  #tellOfToken(target, held, hint) {
    if (held !== undefined && held.fingerprint !== hint.token) {
      this.#tell('onRefresh', { ...target });
    }
  }

  /** One tab at a time: a rotated refresh token that is used twice can cost the session. */
  async #locked(work) {
    const { locks, sleep } = this.#environment;
    if (!locks) {
      return work();
    }
    const patience = new AbortController();
    const timer = new AbortController();
    sleep(this.#options.timeout, timer.signal).then(() => patience.abort(timeout('another tab')), () => {});
    let isOurs = false;
    try {
      return await locks.request('scope-guard', { signal: patience.signal }, () => {
        isOurs = true;
        return work();
      });
    } catch (error) {
      if (isOurs || patience.signal.aborted) {
        throw error;
      }
      // Some documents have locks that they may not use.
      return work();
    } finally {
      timer.abort();
    }
  }

  #failed(target, hint, error) {
    const reason = endOf(error);
    if (reason === undefined) {
      this.#acted.set(actOf(hint), this.#environment.now() + SECOND_TRY_MS);
      this.#tell('onError', { ...target, error });
      return;
    }
    if (reason === 'invalid_grant') {
      // There is one refresh token for all organizations.
      this.#held.values().forEach((held) => this.#spent.set(held?.fingerprint, true));
    }
    this.#tell('onEnd', { ...target, reason, error });
  }

  async #reconsent(target, hint) {
    if (!this.#options.consent || !this.#mayAct(hint)) {
      return;
    }
    this.#acted.set(actOf(hint), Infinity);
    await this.#environment.sleep(hint.after * 1000);
    const held = await this.#token(target);
    if (held?.fingerprint !== hint.token) {
      return;
    }
    const scopes = scopesToAsk(hint);
    const { organization = null, resource = null } = target;
    const ask = await digest(JSON.stringify([held.subject, organization, resource, scopes]), this.#environment.crypto);
    if (this.#asks.isFirst(ask)) {
      await this.#options.consent({ ...target, scopes, hint });
    }
  }

  #mayAct(hint) {
    const isOver = hint.action === 'refresh' && this.#spent.get(hint.token);
    return !isOver && !(this.#acted.get(actOf(hint)) > this.#environment.now());
  }

  async #bounded(work) {
    const timer = new AbortController();
    const late = this.#environment.sleep(this.#options.timeout, timer.signal).then(() => {
      throw timeout('the token');
    });
    try {
      return await Promise.race([Promise.resolve().then(work), late]);
    } finally {
      timer.abort();
    }
  }

  #tell(listener, event) {
    try {
      this.#options[listener]?.(event);
    } catch {
      // What a listener makes of it is its own business.
    }
  }
}

/** A request that can be sent with one token, and perhaps with another. */
class Call {
  #input;
  #init;
  #fetch;

  constructor(input, { organization, resource, repeatable = false, ...init } = {}, { fetch, base }) {
    this.#input = input;
    this.#init = init;
    this.#fetch = fetch;
    this.target = targetOf({ organization, resource });
    this.url = new URL(isRequest(input) ? input.url : input, base);
    this.signal = init.signal ?? (isRequest(input) ? input.signal : undefined);
    this.isRepeatable = this.#isSafe() || (repeatable && this.#canBeSentTwice());
  }

  send(jwt) {
    const headers = new Headers(this.#init.headers ?? (isRequest(this.#input) ? this.#input.headers : undefined));
    if (jwt) {
      headers.set('Authorization', `Bearer ${jwt}`);
    }
    // The address that was held against the origins, not one that somebody may have changed since.
    return this.#fetch(isRequest(this.#input) ? this.#input : this.url, { ...this.#init, headers });
  }

  /** A redirect to another origin takes no token along: what is said there is not about ours. */
  isAnsweredBy({ redirected, url }) {
    return !redirected || new URL(url).origin === this.url.origin;
  }

  #isSafe() {
    const method = this.#init.method ?? (isRequest(this.#input) ? this.#input.method : 'GET');
    return ['GET', 'HEAD', 'OPTIONS'].includes(method.toUpperCase()) && this.#canBeSentTwice();
  }

  /** Streams are gone once they are sent, and the body of a Request is one. */
  #canBeSentTwice() {
    const { body } = this.#init;
    const isStream = typeof body?.getReader === 'function' || typeof body?.[Symbol.asyncIterator] === 'function';
    return !isStream && (body != null || !isRequest(this.#input) || ['GET', 'HEAD'].includes(this.#input.method));
  }
}

/** One refresh for all who ask for it while it is under way; it starts when the shortest of their waits is over. */
class Flight {
  #hint;
  #start;

  /** @param key of the target whose token is replaced, which may be held no more */
  constructor(key, renew) {
    this.key = key;
    this.landed = new Promise((resolve) => {
      this.#start = () => resolve(renew(this.#hint));
    });
  }

  /** The latest hint is the one that counts. */
  join(hint, wait) {
    this.#hint = hint;
    wait.then(() => {
      this.#start();
      this.#start = () => {};
    });
  }
}

/** One after the other, in this tab. */
class Turns {
  #last = Promise.resolve();
  #holders = 0;

  /** Whether a turn that may take long is under way or about to be. */
  get isHeld() {
    return this.#holders > 0;
  }

  take(work) {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  hold(work) {
    this.#holders++;
    return this.take(work).finally(() => this.#holders--);
  }
}

/** Which consents were asked for: kept across the redirect, or the user would come back only to be asked again. */
class Asks {
  static #KEY = 'scope-guard:asked';
  #storage;

  constructor(storage) {
    this.#storage = storage;
  }

  /** Remembers that it is asked now. What cannot be remembered must not be asked. */
  isFirst(ask) {
    if (!this.#storage) {
      throw new Error('consent is not asked for without a storage to remember it');
    }
    const asked = this.#read();
    if (asked.includes(ask)) {
      return false;
    }
    this.#storage.setItem(Asks.#KEY, JSON.stringify([...asked, ask].slice(-MOST_ASKS)));
    return true;
  }

  #read() {
    try {
      const asked = JSON.parse(this.#storage.getItem(Asks.#KEY) ?? '[]');
      return Array.isArray(asked) ? asked.filter((ask) => typeof ask === 'string') : [];
    } catch (error) {
      if (error instanceof SyntaxError) {
        return [];
      }
      throw error;
    }
  }
}

/** A map that forgets what was set longest ago. */
class Recent {
  #entries = new Map();
  #most;

  constructor(most) {
    this.#most = most;
  }

  get(key) {
    return this.#entries.get(key);
  }

  set(key, value) {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > this.#most) {
      this.#entries.delete(this.#entries.keys().next().value);
    }
  }

  delete(key) {
    this.#entries.delete(key);
  }

  values() {
    return [...this.#entries.values()];
  }
}

// -------------------------------------------------------------------------------------------------- Hints in responses

/** What the response to this token asks; `null` if nothing. */
async function hintIn(response, call, token) {
  if (token?.fingerprint === undefined || !call.isAnsweredBy(response)) {
    return null;
  }
  const hint = parseScopeDrift(response.headers.get(HEADER));
  const isWhole = hint !== null && (hint.action === 'refresh' || scopesToAsk(hint).length > 0);
  return isWhole || !isRefused(response) ? hint : completed(hint, token, await problemIn(response));
}

/** A proxy may have dropped the header, and a long list may have become a number: the body of a refusal says it too. */
function completed(hint, token, problem) {
  if (hint !== null) {
    return Object.freeze({ ...hint, required: scopeList(problem?.required_scopes) });
  }
  if (!['refresh', 'reconsent'].includes(problem?.action)) {
    return null;
  }
  return Object.freeze({
    ...NO_CHANGES,
    action: problem.action,
    token: token.fingerprint,
    after: UNTOLD_WAIT_SECONDS,
    required: scopeList(problem.required_scopes),
  });
}

/** The problem detail of one of Scope Guard's refusals, which leaves the body for the caller to read. */
async function problemIn(response) {
  if (!response.headers.get('Content-Type')?.startsWith('application/problem+json')) {
    return undefined;
  }
  try {
    const problem = JSON.parse(await textOf(response.clone()));
    return typeof problem?.type === 'string' && problem.type.startsWith(PROBLEM_PREFIX) ? problem : undefined;
  } catch {
    return undefined;
  }
}

async function textOf(response) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += decoder.decode(part.value, { stream: true });
    if (text.length > LONGEST_PROBLEM) {
      reader.cancel().catch(() => {});
      throw new Malformed('too long');
    }
  }
  return text;
}

function isRefused({ status }) {
  return status === 401 || status === 403;
}

/** Whether the token carries what it should not: scopes or roles that were lost. */
function isDemotion({ demoted, demotedRoles }) {
  return [demoted, demotedRoles].some((change) => (typeof change === 'number' ? change > 0 : change?.length > 0));
}

/** Sorted, so that the same scopes are the same ask. */
function scopesToAsk(hint) {
  const named = [hint.promoted, hint.new].filter(Array.isArray).flat();
  return [...new Set(named.length > 0 ? named : (hint.required ?? []))].sort();
}

function actOf({ token, action }) {
  return `${token} ${action}`;
}

function targetOf({ organization, resource }) {
  return Object.freeze({ ...(organization && { organization }), ...(resource && { resource }) });
}

function keyOf({ organization = null, resource = null }) {
  return JSON.stringify([organization, resource]);
}

// -------------------------------------------------------------------------------------------------------------- Tokens

async function tokenOf(jwt, crypto) {
  const claims = claimsOf(jwt);
  const isKnown = typeof claims === 'object' && claims !== null && crypto?.subtle !== undefined;
  return {
    jwt,
    fingerprint: isKnown ? await digest(idOf(claims, jwt), crypto) : undefined,
    subject: typeof claims?.sub === 'string' ? claims.sub : null,
    expiresAt: typeof claims?.exp === 'number' ? claims.exp * 1000 : 0,
  };
}

/** A token without an id is told apart by its signature. */
function idOf({ jti }, jwt) {
  return typeof jti === 'string' ? jti : jwt.slice(jwt.lastIndexOf('.') + 1);
}

/** Read, not verified: that is for the API to do. */
function claimsOf(jwt) {
  const parts = jwt.length > LONGEST_TOKEN ? [] : jwt.split('.');
  if (parts.length !== 3) {
    return undefined;
  }
  try {
    const bytes = atob(parts[1].replaceAll('-', '+').replaceAll('_', '/'));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0))));
  } catch {
    return undefined;
  }
}

async function digest(text, crypto) {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').slice(0, 16);
}

/** What an OAuth error means for good, wherever the SDK put it: Logto's says `oidc.invalid_grant` in `code`. */
function endOf(error) {
  for (let cause = error, depth = 0; cause && depth < 5; cause = cause.cause, depth++) {
    for (const said of [cause.error, cause.code]) {
      const code = typeof said === 'string' ? said.replace(/^oidc\./, '') : '';
      if (code === 'access_denied' || code === 'invalid_grant') {
        return code;
      }
    }
  }
  return undefined;
}

/** As `fetch` and our own patience tell it. Whatever else fails may mean that the user has signed out. */
function isNetworkTrouble(error) {
  return error instanceof TypeError || error?.name === 'TimeoutError';
}

function timeout(whom) {
  return new DOMException(`waited too long for ${whom}`, 'TimeoutError');
}

function unlessAborted(promise, signal) {
  if (!signal) {
    return promise;
  }
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
    signal.addEventListener('abort', abort);
    if (signal.aborted) {
      abort();
    }
  });
}

function isRequest(input) {
  return typeof input === 'object' && input !== null && 'headers' in input;
}

/** What the guard needs of the world. */
function browser() {
  return {
    fetch: (input, init) => globalThis.fetch(input, init),
    crypto: globalThis.crypto,
    locks: globalThis.navigator?.locks,
    storage: sessionStorageIfAny(),
    origin: globalThis.location?.origin,
    base: globalThis.document?.baseURI ?? globalThis.location?.href,
    now: () => Date.now(),
    sleep,
  };
}

/** Where cookies are blocked, even looking for it fails. */
function sessionStorageIfAny() {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined;
  }
}

function sleep(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

// ---------------------------------------------------------------------------------------------------------- The header

const NO_NAMES = Object.freeze([]);
const NO_CHANGES = Object.freeze({
  demoted: NO_NAMES,
  promoted: NO_NAMES,
  new: NO_NAMES,
  demotedRoles: NO_NAMES,
  promotedRoles: NO_NAMES,
});

const FINGERPRINT = /^[A-Za-z0-9_-]{16}$/;
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
/** Names of roles may contain spaces. */
const ROLE = /\S/;

class Malformed extends Error {}

/** Members that are unknown are for clients yet to come. */
function hintOf(members) {
  const value = (key, type) => {
    const member = members.get(key);
    check(member === undefined || member.type === type);
    return member?.value;
  };
  const hint = {
    action: value('action', 'token'),
    demoted: changeOf(members.get('demoted')),
    promoted: changeOf(members.get('promoted')),
    new: changeOf(members.get('new')),
    demotedRoles: changeOf(members.get('demoted-roles'), ROLE),
    promotedRoles: changeOf(members.get('promoted-roles'), ROLE),
    organization: value('organization', 'string'),
    resource: value('resource', 'string'),
    token: value('token', 'string'),
    asOf: value('as-of', 'integer'),
    after: value('after', 'integer'),
  };
  check(hint.action === 'refresh' || hint.action === 'reconsent');
  check(FINGERPRINT.test(hint.token));
  check(hint.asOf >= 0 && hint.after >= 0 && hint.after <= LONGEST_WAIT_SECONDS);
  return Object.freeze(hint);
}

function changeOf(member, name = SCOPE) {
  if (member === undefined) {
    return NO_NAMES;
  }
  if (member.type === 'integer') {
    check(member.value >= 0);
    return member.value;
  }
  check(member.type === 'list');
  check(member.value.every((item) => item.type === 'string' && name.test(item.value)));
  return Object.freeze(member.value.map((item) => item.value));
}

function scopeList(value) {
  return Array.isArray(value) ? value.filter((scope) => typeof scope === 'string' && SCOPE.test(scope)) : [];
}

function check(condition) {
  if (!condition) {
    throw new Malformed();
  }
}

/** RFC 9651 §4.2.2: a Dictionary. Parameters are read past. */
class DictionaryParser {
  static #KEY = /[a-z*][a-z0-9_\-.*]*/y;
  static #COMMA = /[ \t]*,[ \t]*/y;
  static #SPACES = / */y;
  static #ITEMS = [
    ['decimal', /-?[0-9]{1,12}\.[0-9]{1,3}(?![0-9.])/y, Number],
    ['integer', /-?[0-9]{1,15}(?![0-9.])/y, Number],
    ['string', /"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"/y, (text) => text.slice(1, -1).replace(/\\(.)/g, '$1')],
    ['token', /[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*/y, String],
    ['bytes', /:[A-Za-z0-9+/=]*:/y, String],
    ['boolean', /\?[01]/y, (text) => text === '?1'],
    ['date', /@-?[0-9]{1,15}(?![0-9.])/y, String],
    ['display', /%"(?:[\x20\x21\x23\x24\x26-\x7e]|%[0-9a-f]{2})*"/y, String],
  ];

  #text;
  #position = 0;

  constructor(text) {
    this.#text = text;
  }

  /** Of a key that comes twice, the last one counts. */
  parse() {
    const members = new Map();
    this.#read(DictionaryParser.#SPACES);
    while (!this.#isAtEnd()) {
      members.set(this.#key(), this.#member());
      if (this.#read(/[ \t]*$/y) === undefined) {
        check(this.#read(DictionaryParser.#COMMA) !== undefined && !this.#isAtEnd());
      }
    }
    return members;
  }

  #member() {
    const member = this.#skip('=') ? this.#itemOrList() : { type: 'boolean', value: true };
    this.#parameters();
    return member;
  }

  #itemOrList() {
    return this.#skip('(') ? { type: 'list', value: this.#restOfList() } : this.#item();
  }

  #restOfList() {
    const items = [];
    this.#read(DictionaryParser.#SPACES);
    while (!this.#skip(')')) {
      items.push(this.#item());
      this.#parameters();
      check(this.#read(/ +|(?=\))/y) !== undefined);
    }
    return items;
  }

  #item() {
    for (const [type, pattern, valueOf] of DictionaryParser.#ITEMS) {
      const text = this.#read(pattern);
      if (text !== undefined) {
        return { type, value: valueOf(text) };
      }
    }
    throw new Malformed();
  }

  #parameters() {
    while (this.#skip(';')) {
      this.#read(DictionaryParser.#SPACES);
      this.#key();
      if (this.#skip('=')) {
        this.#item();
      }
    }
  }

  #key() {
    const key = this.#read(DictionaryParser.#KEY);
    check(key !== undefined);
    return key;
  }

  #skip(character) {
    const isThere = this.#text[this.#position] === character;
    this.#position += isThere ? 1 : 0;
    return isThere;
  }

  #read(pattern) {
    pattern.lastIndex = this.#position;
    const text = pattern.exec(this.#text)?.[0];
    this.#position += text?.length ?? 0;
    return text;
  }

  #isAtEnd() {
    return this.#position >= this.#text.length;
  }
}
