/*
 * Signs a user in (authorization code with PKCE) and gets tokens with the refresh token. A small stand-in for the provider's own
 * SDK, so that the page works without any network but this machine. All tabs share one session.
 */

const SESSION = 'demo:session';
const PENDING = 'demo:sign-in';
const EARLY_MS = 30_000;
const ORGANIZATIONS = 'urn:logto:resource:organizations';
const OIDC_SCOPES = ['openid', 'profile', 'offline_access', 'urn:logto:scope:organizations'];

export const PERMISSIONS = [
  'read:report', 'write:report', 'delete:report', 'invite:member',
  'read:document', 'write:document', 'delete:document',
];

export class Session {
  #provider;
  #clientId;
  #resource;

  constructor({ provider, clientId, resource }) {
    this.#provider = provider;
    this.#clientId = clientId;
    this.#resource = resource;
  }

  /** The signed-in user: `{ id, name, organizations, scopes }`; `null` if there is none. */
  get user() {
    const stored = read(SESSION);
    if (!stored) {
      return null;
    }
    const { sub, name, organizations = [] } = stored.claims;
    return { id: sub, name: name ?? sub, organizations, scopes: stored.scopes };
  }

  async signIn({ hint, scopes = PERMISSIONS }) {
    const pending = { state: random(), nonce: random(), verifier: random(), scopes };
    sessionStorage.setItem(PENDING, JSON.stringify(pending));
    const query = new URLSearchParams({
      client_id: this.#clientId,
      redirect_uri: redirectUri(),
      response_type: 'code',
      scope: [...OIDC_SCOPES, ...scopes].join(' '),
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await sha256(pending.verifier),
      code_challenge_method: 'S256',
      prompt: 'consent',
      ...(hint && { login_hint: hint }),
    });
    [ORGANIZATIONS, this.#resource].filter(Boolean).forEach((resource) => query.append('resource', resource));
    location.assign(`${this.#provider}/oidc/auth?${query}`);
  }

  /** Completes a sign-in if the provider has just sent the user back; rejects with the reason if it failed. */
  async complete() {
    const answer = new URLSearchParams(location.search);
    if (!answer.has('state')) {
      return false;
    }
    history.replaceState(null, '', redirectUri());
    const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? 'null');
    sessionStorage.removeItem(PENDING);
    if (pending?.state !== answer.get('state') || answer.get('iss') !== `${this.#provider}/oidc`) {
      throw new Error('This sign-in was not started here. Please sign in again.');
    }
    if (answer.has('error')) {
      throw new Error(`The provider refused: ${answer.get('error_description') ?? answer.get('error')}`);
    }
    const tokens = await this.#tokenRequest({
      grant_type: 'authorization_code',
      code: answer.get('code'),
      redirect_uri: redirectUri(),
      code_verifier: pending.verifier,
    });
    const claims = claimsOf(tokens.id_token);
    if (claims.nonce !== pending.nonce) {
      throw new Error('The ID token is for another sign-in.');
    }
    write({ refreshToken: tokens.refresh_token, claims, scopes: pending.scopes, tokens: {} });
    return true;
  }

  /** A token for this target, from the cache unless it has to be a new one. */
  async token(target, { isNew = false } = {}) {
    const cached = read(SESSION)?.tokens[keyOf(target)];
    if (!isNew && cached && cached.expiresAt - EARLY_MS > Date.now()) {
      return cached.value;
    }
    return navigator.locks.request('demo-session', () => this.#renewed(target, cached));
  }

  /** The claims of the token that is held for this target. */
  held(target) {
    const cached = read(SESSION)?.tokens[keyOf(target)];
    return cached && claimsOf(cached.value);
  }

  forget() {
    localStorage.removeItem(SESSION);
  }

  signOut() {
    this.forget();
    const query = new URLSearchParams({ client_id: this.#clientId, post_logout_redirect_uri: redirectUri() });
    location.assign(`${this.#provider}/oidc/session/end?${query}`);
  }

  /** Under the lock: a refresh token that is used twice ends the session. */
  async #renewed(target, known) {
    const session = read(SESSION);
    if (!session) {
      return undefined;
    }
    const current = session.tokens[keyOf(target)];
    if (current && current.value !== known?.value) {
      return current.value;
    }
    const tokens = await this.#tokenRequest({
      grant_type: 'refresh_token',
      refresh_token: session.refreshToken,
      ...(target.organization && { organization_id: target.organization }),
      ...(target.resource && { resource: target.resource }),
    });
    session.refreshToken = tokens.refresh_token ?? session.refreshToken;
    session.claims = tokens.id_token ? claimsOf(tokens.id_token) : session.claims;
    session.tokens[keyOf(target)] = { value: tokens.access_token, expiresAt: Date.now() + tokens.expires_in * 1000 };
    write(session);
    return tokens.access_token;
  }

  async #tokenRequest(parameters) {
    const response = await fetch(`${this.#provider}/oidc/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: this.#clientId, ...parameters }),
    });
    const body = await response.json();
    if (!response.ok) {
      throw Object.assign(new Error(body.error_description ?? body.error), { error: body.error });
    }
    return body;
  }
}

function redirectUri() {
  return `${location.origin}/`;
}

function read(key) {
  return JSON.parse(localStorage.getItem(key) ?? 'null');
}

function write(session) {
  localStorage.setItem(SESSION, JSON.stringify(session));
}

function keyOf({ organization = '', resource = '' }) {
  return `${organization} ${resource}`;
}

function claimsOf(jwt) {
  const bytes = Uint8Array.from(atob(jwt.split('.')[1].replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

function random() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

async function sha256(text) {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}
