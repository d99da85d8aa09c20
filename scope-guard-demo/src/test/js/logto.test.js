import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { logtoRecipe, withSharedTokens } from '../../../client/logto.js';
import { LIMIT, Tab, api, drift, token } from './support.js';

/** As Logto's SDK: one cache for all tokens, filled by the refresh token; every call is noted. */
class FakeLogtoClient {
  calls = [];
  #cache = new Map();

  constructor(scopes) {
    this.logtoConfig = { scopes };
  }

  async getAccessToken(resource, organization) {
    this.calls.push(['getAccessToken', resource, organization]);
    return this.#cached(`${organization}/${resource}`);
  }

  async getOrganizationToken(organization) {
    this.calls.push(['getOrganizationToken', organization]);
    return this.#cached(`${organization}/`);
  }

  async clearAccessToken() {
    this.calls.push(['clearAccessToken']);
    this.#cache.clear();
  }

  async clearAllTokens() {
    this.calls.push(['clearAllTokens']);
    this.#cache.clear();
  }

  async signIn(options) {
    this.calls.push(['signIn', options]);
  }

  /** Leaves away what a request asks for anyway. */
  get changes() {
    return this.calls.filter(([name]) => !name.startsWith('get'));
  }

  #cached(key) {
    if (!this.#cache.has(key)) {
      this.#cache.set(key, token());
    }
    return this.#cache.get(key);
  }
}

describe("the recipe for Logto's SDK", LIMIT, () => {
  let server;
  let asks;
  let hint;

  beforeEach(async () => {
    asks = [];
    hint = {};
    server = await api((call, count) => ({
      status: count === 1 ? 403 : 200,
      headers: count === 1 ? { 'Scope-Drift': drift(call.token, hint) } : {},
    }));
  });

  afterEach(() => server.close());

  function open(client, answer = true) {
    const confirm = (ask) => (asks.push(ask), answer);
    return new Tab(server.origin, logtoRecipe(client, { redirectUri: 'https://app.example.test/back', confirm }));
  }

  it('refreshes an organization token', async () => {
    const client = new FakeLogtoClient([]);
    const tab = open(client);

    const response = tab.fetch('/');
    await tab.clock.advance(2);

    assert.equal((await response).status, 200);
    assert.deepEqual(client.calls.slice(-2), [['clearAccessToken'], ['getOrganizationToken', 'acme']]);
    assert.notEqual(server.calls[0].token, server.calls[1].token);
  });

  it('refreshes tokens of a resource, with an organization and without', async () => {
    for (const organization of ['acme', undefined]) {
      const client = new FakeLogtoClient([]);
      const own = await api((call, count) =>
        count === 1 ? { status: 403, headers: { 'Scope-Drift': drift(call.token) } } : {},
      );
      const tab = new Tab(own.origin, logtoRecipe(client, { redirectUri: 'https://app.example.test/', confirm: () => true }));

      const response = tab.fetch('/', { organization, resource: 'https://api.example.test' });
      await tab.clock.advance(2);

      assert.equal((await response).status, 200);
      assert.deepEqual(client.calls.slice(-2), [
        ['clearAccessToken'],
        ['getAccessToken', 'https://api.example.test', organization],
      ]);
      await own.close();
    }
  });

  it('signs in again with consent, once the user agrees', async () => {
    hint = { action: 'reconsent', changes: 'new=("export:report")' };
    const client = new FakeLogtoClient(['read:report', 'export:report']);
    const tab = open(client);

    await tab.fetch('/');
    await tab.clock.advance(2);

    assert.deepEqual(asks[0].scopes, ['export:report']);
    assert.deepEqual(client.changes, [
      ['clearAllTokens'],
      ['signIn', { redirectUri: 'https://app.example.test/back', prompt: 'consent' }],
    ]);
  });

  it('leaves everything as it is if the user does not', async () => {
    hint = { action: 'reconsent', changes: 'new=("export:report")' };
    const client = new FakeLogtoClient(['export:report']);
    const tab = open(client, false);

    await tab.fetch('/');
    await tab.clock.advance(2);

    assert.equal(asks.length, 1);
    assert.deepEqual(client.changes, []);
  });

  it('asks for no consent that could not bring the scope, because the configuration lacks it', async () => {
    hint = { action: 'reconsent', changes: 'new=("export:report")' };
    const client = new FakeLogtoClient(['read:report']);
    const tab = open(client);

    await tab.fetch('/');
    await tab.clock.advance(2);

    assert.deepEqual([asks, client.changes], [[], []]);
    assert.match(tab.events[0][1].error.message, /export:report: add it to the scopes of the SDK's configuration/);
  });

  it('sends nobody away unasked', () => {
    assert.throws(() => logtoRecipe(new FakeLogtoClient([]), { redirectUri: 'x' }), /confirm is missing/);
  });

  it('lets tabs share what one of them has stored', async () => {
    const stored = new Map();
    class FakeTab {
      map = new Map();

      constructor(name) {
        this.name = name;
        this.getAccessToken = async (resource, organization) => this.map.get(organization) ?? this.#renewed(organization);
      }

      async loadAccessTokenMap() {
        this.map = new Map(stored);
      }

      #renewed(organization) {
        stored.set(organization, `${this.name} for ${organization}`);
        return stored.get(organization);
      }
    }
    const SharedTab = withSharedTokens(FakeTab);
    const [one, two] = [new SharedTab('one'), new SharedTab('two')];

    assert.equal(await one.getAccessToken(undefined, 'acme'), 'one for acme');
    assert.equal(await two.getAccessToken(undefined, 'acme'), 'one for acme');
  });
});
