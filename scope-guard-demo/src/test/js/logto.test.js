import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { logtoRecipe, withSharedTokens } from '../../../client/logto.js';
import { LIMIT, Tab, api, drift, settled, token } from './support.js';

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

  it('asks again if the SDK lets it join a request that saw the old token', async () => {
    const client = new FakeLogtoClient([]);
    const fresh = client.getOrganizationToken;
    let joined;
    client.clearAccessToken = async () => {
      joined = await fresh.call(client, 'acme');
      await FakeLogtoClient.prototype.clearAccessToken.call(client);
    };
    client.getOrganizationToken = async (organization) => {
      const token = joined ?? (await fresh.call(client, organization));
      joined = undefined;
      return token;
    };
    const tab = open(client);

    const response = tab.fetch('/');
    await tab.clock.advance(2);

    assert.equal((await response).status, 200);
    assert.notEqual(server.calls[0].token, server.calls[1].token);
  });

  describe('for tabs that share tokens', () => {
    let stored;
    let refreshes;

    /** As Logto's SDK stores tokens: cleared at once, saved once the provider has answered. */
    class FakeTab {
      map = new Map();
      adapter = { storage: { getItem: async () => (stored.size === 0 ? null : JSON.stringify([...stored])) } };

      constructor(name) {
        this.name = name;
        this.getAccessToken = async (resource, organization) => this.map.get(organization) ?? this.#renewed(organization);
      }

      async loadAccessTokenMap() {
        const raw = await this.adapter.storage.getItem('accessToken');
        this.map = raw === null ? this.map : new Map(JSON.parse(raw));
      }

      async clearAccessToken() {
        this.map.clear();
        stored.clear();
      }

      async #renewed(organization) {
        await new Promise((resolve) => refreshes.push(resolve));
        this.map.set(organization, `${this.name} for ${organization}`);
        stored = new Map(this.map);
        return this.map.get(organization);
      }
    }

    /** Web Locks, as far as the recipe uses them. */
    const queue = () => {
      let last = Promise.resolve();
      return {
        request(name, work) {
          const run = last.then(work);
          last = run.catch(() => {});
          return run;
        },
      };
    };

    beforeEach(() => {
      stored = new Map();
      refreshes = [];
    });

    const tabs = (locks) => {
      const SharedTab = withSharedTokens(FakeTab, locks);
      return [new SharedTab('one'), new SharedTab('two')];
    };

    for (const [kind, locks] of [
      ['with locks', queue()],
      ['without locks', undefined],
      ['with locks that the document may not use', { request: async () => Promise.reject(new Error('SecurityError')) }],
    ]) {
      it(`finds what another has stored, ${kind}`, async () => {
        const [one, two] = tabs(locks);
        const first = one.getAccessToken(undefined, 'acme');
        await settled();
        refreshes[0]();

        assert.equal(await first, 'one for acme');
        assert.equal(await two.getAccessToken(undefined, 'acme'), 'one for acme');
        assert.equal(refreshes.length, 1);
      });
    }

    for (const [when, clearsAndAsksFirst] of [['while another refreshes', true], ['before the one that cleared them asks', false]]) {
      it(`refreshes once if a tab asks ${when}`, async () => {
        const [one, two] = tabs(queue());
        stored.set('acme', 'old');
        await one.loadAccessTokenMap();

        await one.clearAccessToken();
        const order = clearsAndAsksFirst ? [one, two] : [two, one];
        const asked = order.map((tab) => tab.getAccessToken(undefined, 'acme'));
        await settled();
        assert.equal(refreshes.length, 1);
        refreshes[0]();

        assert.deepEqual(await Promise.all(asked), Array(2).fill(`${order[0].name} for acme`));
        assert.equal(refreshes.length, 1);
      });
    }

    it('keeps the old token while another refreshes, where it is still stored', async () => {
      const [one] = tabs(queue());
      stored.set('acme', 'old');

      assert.equal(await one.getAccessToken(undefined, 'acme'), 'old');
    });

    it('passes errors on, and asks once', async () => {
      class FailingTab extends FakeTab {
        constructor(name) {
          super(name);
          this.getAccessToken = async () => {
            refreshes.push(name);
            throw new Error('invalid_grant');
          };
        }
      }
      const SharedTab = withSharedTokens(FailingTab, queue());

      await assert.rejects(new SharedTab('one').getAccessToken(undefined, 'acme'), /invalid_grant/);
      assert.deepEqual(refreshes, ['one']);
    });
  });
});
