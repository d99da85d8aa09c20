import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { ACME, Clock, LIMIT, Locks, NOW, Storage, Tab, api, drift, eventually, keyOf, settled, token } from './support.js';

const opened = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.close()));
});

async function serve(answer) {
  const server = await api(answer);
  opened.push(server);
  return server;
}

/** An API that has something to say about one token, and nothing about others. */
function about(jwt, hint, status = 200) {
  return (call) => (call.token === jwt ? { status, headers: { 'Scope-Drift': drift(jwt, hint) } } : { body: 'fine' });
}

function holding(jwt, others = {}) {
  return { tokens: new Map([[ACME, jwt], ...Object.entries(others)]) };
}

function deferred() {
  let settle;
  const promise = new Promise((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle };
}

describe('a request', LIMIT, () => {
  it("bears its target's token beside what the caller says", async () => {
    const server = await serve(() => ({ body: 'fine' }));
    const [acme, documents] = [token(), token()];
    const target = { organization: 'globex', resource: 'https://api.example.test' };
    const tab = new Tab(server.origin, holding(acme, { [keyOf(target)]: documents }));

    const response = await tab.fetch('/reports', { method: 'POST', body: 'Q3', headers: { 'X-Trace': '7' } });
    await tab.fetch(new Request(`${server.origin}/documents`, { headers: { 'X-Trace': '8' } }), target);

    assert.equal(await response.text(), 'fine');
    assert.deepEqual(
      server.calls.map(({ method, path, token, body, headers }) => [method, path, token, body, headers['x-trace']]),
      [
        ['POST', '/reports', acme, 'Q3', '7'],
        ['GET', '/documents', documents, '', '8'],
      ],
    );
  });

  it('goes without a token where nobody is signed in', async () => {
    const server = await serve(() => ({ status: 401, headers: { 'Scope-Drift': drift(token()) } }));

    assert.equal((await new Tab(server.origin).fetch('/')).status, 401);
    assert.equal(server.calls[0].headers.authorization, undefined);
  });

  it('takes no token to origins that it is not for', async () => {
    const server = await serve(() => ({}));
    const tab = new Tab('https://api.example.test', holding(token()));

    await assert.rejects(tab.fetch(server.origin), /tokens are not for http:\/\/127/);
    assert.equal(server.calls.length, 0);
  });

  it('is a plain one where there is no Web Crypto', async () => {
    const held = token();
    const server = await serve(about(held, {}, 403));
    const tab = new Tab(server.origin, { ...holding(held), environment: { crypto: undefined } });

    assert.equal((await tab.fetch('/')).status, 403);
    assert.deepEqual(tab.refreshes, []);
  });
});

describe('a hint on a granted response', LIMIT, () => {
  it('is obeyed after its wait, behind the back of the response', async () => {
    const held = token();
    const server = await serve(about(held, { after: 7 }));
    const tab = new Tab(server.origin, holding(held));

    assert.equal((await tab.fetch('/')).status, 200);
    assert.deepEqual(tab.clock.waits, [7]);
    assert.deepEqual(tab.refreshes, []);

    await tab.clock.advance(7);
    assert.equal(tab.refreshes.length, 1);
    assert.equal(tab.refreshes[0].organization, 'acme');
    assert.deepEqual(tab.refreshes[0].hint.promoted, ['invite:member']);
    await tab.fetch('/');
    assert.equal(server.calls[1].token, tab.tokens.get(ACME));
    assert.equal(server.calls.length, 2);
  });

  for (const [name, value] of Object.entries({
    'about another token': drift(token()),
    'that is malformed': 'action=refresh, token=',
  })) {
    it(`${name} is ignored`, async () => {
      const server = await serve(() => ({ headers: { 'Scope-Drift': value } }));
      const tab = new Tab(server.origin, holding(token()));

      await tab.fetch('/');
      await settled();
      assert.deepEqual([tab.clock.waits, tab.refreshes], [[], []]);
    });
  }

  it('about a token that was replaced meanwhile is ignored', async () => {
    const [old, next] = [token(), token()];
    const late = deferred();
    const server = await serve(async (call, count) => {
      await (count === 1 && late.promise);
      return about(old)(call);
    });
    const tab = new Tab(server.origin, holding(old));

    const first = tab.fetch('/');
    await eventually(() => server.calls.length === 1);
    tab.tokens.set(ACME, next);
    await tab.fetch('/');
    late.resolve();
    await first;
    await settled();

    assert.deepEqual([tab.clock.waits, tab.refreshes], [[], []]);
  });

  it('is obeyed once for a token, though the same token comes back', async () => {
    const held = token();
    const server = await serve(about(held));
    let refreshes = 0;
    const tab = new Tab(server.origin, { ...holding(held), refresh: async () => (refreshes++, held) });

    await tab.fetch('/');
    await tab.clock.advance(2);
    await tab.fetch('/');
    await settled();

    assert.deepEqual([tab.clock.waits, refreshes], [[], 1]);
  });

  it('without demotions leaves the old token in use until the new one is there', async () => {
    const held = token();
    const server = await serve(about(held));
    const refresh = deferred();
    const tab = new Tab(server.origin, { ...holding(held), refresh: () => (tab.tokens.clear(), refresh.promise) });

    await tab.fetch('/');
    await tab.clock.advance(2);
    await tab.fetch('/');
    assert.equal(server.calls[1].token, held);

    const next = token();
    tab.tokens.set(ACME, next);
    refresh.resolve(next);
    await settled();
    await tab.fetch('/');
    assert.equal(server.calls[2].token, next);
  });

  for (const changes of ['demoted=1', 'demoted-roles=("paid-tier")']) {
    it(`with ${changes} drops the old token when the refresh begins`, async () => {
      const held = token();
      const server = await serve(about(held, { changes }));
      const refresh = deferred();
      const tab = new Tab(server.origin, { ...holding(held), refresh: () => refresh.promise });

      await tab.fetch('/');
      await tab.clock.advance(2);
      const second = tab.fetch('/');
      await settled();
      assert.equal(server.calls.length, 1);

      const next = token();
      tab.tokens.set(ACME, next);
      refresh.resolve(next);
      await second;
      assert.equal(server.calls[1].token, next);
    });
  }
});

describe('a hint that came by another way', LIMIT, () => {
  it('is obeyed, and says whether there is another token now', async () => {
    const held = token();
    const tab = new Tab((await serve(() => ({}))).origin, holding(held));
    await tab.fetch('/');

    const obeyed = tab.guard.obey({ organization: 'acme' }, drift(held));
    await tab.clock.advance(2);

    assert.equal(await obeyed, true);
    assert.equal(tab.refreshes.length, 1);
    assert.equal(await tab.guard.obey({ organization: 'acme' }, 'no hint'), false);
    assert.equal(await tab.guard.obey({ organization: 'globex' }, drift(held)), false);
  });

  it('and cannot be obeyed changes nothing', async () => {
    const held = token();
    const refresh = async () => Promise.reject(Object.assign(new Error('gone'), { error: 'access_denied' }));
    const tab = new Tab((await serve(() => ({}))).origin, { ...holding(held), refresh });
    await tab.fetch('/');

    const obeyed = tab.guard.obey({ organization: 'acme' }, drift(held));
    await tab.clock.advance(2);

    assert.equal(await obeyed, false);
    assert.equal(tab.events[0][0], 'end');
  });
});

describe('a refused request', LIMIT, () => {
  it('is repeated once with the new token', async () => {
    const held = token();
    const server = await serve(about(held, {}, 403));
    const tab = new Tab(server.origin, holding(held));

    const response = tab.fetch('/');
    await tab.clock.advance(2);

    assert.equal(await (await response).text(), 'fine');
    assert.deepEqual(server.calls.map((call) => call.token), [held, tab.tokens.get(ACME)]);
  });

  it('that is answered while its token is being replaced is repeated as well', async () => {
    const held = token();
    const late = deferred();
    const server = await serve(async (call) => {
      await (call.path === '/late' && call.token === held && late.promise);
      return about(held, { changes: 'demoted=("x"), promoted=("read:y")' }, 403)(call);
    });
    const refresh = deferred();
    const tab = new Tab(server.origin, { ...holding(held), refresh: () => refresh.promise });
    const responses = [tab.fetch('/late'), tab.fetch('/')];
    await eventually(() => server.calls.length === 2);
    await tab.clock.advance(2);

    late.resolve();
    const obeyed = tab.guard.obey({ organization: 'acme' }, drift(held));
    assert.equal(await tab.guard.obey({ organization: 'globex' }, drift(held)), false);
    await eventually(() => tab.clock.waits.filter((wait) => wait === 2).length === 2);
    const next = token();
    tab.tokens.set(ACME, next);
    refresh.resolve(next);

    assert.deepEqual(await Promise.all(responses.map(async (response) => (await response).text())), ['fine', 'fine']);
    assert.equal(await obeyed, true);
  });

  it('shares its refresh with all that are refused at the same time', async () => {
    const held = token();
    const server = await serve(about(held, {}, 403));
    const tab = new Tab(server.origin, holding(held));

    const responses = Array.from({ length: 20 }, (_, i) => tab.fetch(`/${i}`));
    await eventually(() => server.calls.length === 20);
    await settled();
    await tab.clock.advance(2);

    assert.deepEqual((await Promise.all(responses)).map(({ status }) => status), Array(20).fill(200));
    assert.equal(tab.refreshes.length, 1);
    assert.equal(server.calls.length, 40);
  });

  it('hastens a refresh that granted ones were in no hurry for', async () => {
    const held = token();
    const server = await serve((call, count) => about(held, { after: count === 1 ? 30 : 1 }, count === 1 ? 200 : 403)(call));
    const tab = new Tab(server.origin, holding(held));

    await tab.fetch('/');
    const refused = tab.fetch('/');
    await eventually(() => tab.clock.waits.length === 2);
    await tab.clock.advance(1);

    assert.equal((await refused).status, 200);
    assert.equal(tab.refreshes.length, 1);
    await tab.clock.advance(29);
    assert.equal(tab.refreshes.length, 1);
  });

  it('is repeated at once with a token that was gotten meanwhile', async () => {
    const [old, next] = [token(), token()];
    const late = deferred();
    const server = await serve(async (call, count) => {
      await (count === 1 && late.promise);
      return about(old, {}, 403)(call);
    });
    const tab = new Tab(server.origin, holding(old));

    const refused = tab.fetch('/');
    await eventually(() => server.calls.length === 1);
    tab.tokens.set(ACME, next);
    await tab.fetch('/');
    late.resolve();

    assert.equal((await refused).status, 200);
    assert.deepEqual(tab.refreshes, []);
    assert.deepEqual(server.calls.map((call) => call.token), [old, next, next]);
  });

  it('that is refused again stays refused, and what that says is obeyed for later', async () => {
    const server = await serve((call) => ({ status: 403, headers: { 'Scope-Drift': drift(call.token) } }));
    const tab = new Tab(server.origin, holding(token()));

    const refused = tab.fetch('/');
    await tab.clock.advance(2);

    assert.equal((await refused).status, 403);
    assert.equal(server.calls.length, 2);
    await tab.clock.advance(2);
    assert.equal(tab.refreshes.length, 2);
    assert.equal(server.calls.length, 2);
  });

  const repeated = {
    'GET': { method: 'GET' },
    'HEAD': { method: 'HEAD' },
    'OPTIONS': { method: 'options' },
    'DELETE, if it is said to be repeatable': { method: 'DELETE', repeatable: true },
    'POST, if it is said to be repeatable': { method: 'POST', body: 'Q3', repeatable: true },
  };
  for (const [name, init] of Object.entries(repeated)) {
    it(`is repeated for ${name}`, async () => {
      const { response, server } = await refuse((tab) => tab.fetch('/', init));
      assert.equal(response.status, 200);
      assert.deepEqual(server.calls.map(({ body }) => body), Array(2).fill(init.body ?? ''));
    });
  }

  const left = {
    'POST': ['/', { method: 'POST', body: 'Q3' }],
    'DELETE': ['/', { method: 'DELETE' }],
    'a stream': ['/', { method: 'POST', body: streamOf('Q3'), duplex: 'half', repeatable: true }],
    "a Request's body": [
      (origin) => new Request(origin, { method: 'POST', body: 'Q3' }),
      { repeatable: true },
    ],
  };
  for (const [name, [input, init]] of Object.entries(left)) {
    it(`is not repeated for ${name}, but the hint is obeyed`, async () => {
      const { response, server, tab } = await refuse((tab, origin) =>
        tab.fetch(typeof input === 'function' ? input(origin) : input, init),
      );
      assert.equal(response.status, 403);
      assert.deepEqual(server.calls.map(({ body }) => body), [init.method === 'DELETE' ? '' : 'Q3']);
      assert.equal(tab.refreshes.length, 1);
    });
  }

  async function refuse(request) {
    const held = token();
    const server = await serve(about(held, {}, 403));
    const tab = new Tab(server.origin, holding(held));
    const response = request(tab, server.origin);
    await tab.clock.advance(2);
    return { response: await response, server, tab };
  }

  it('is given up when its caller aborts it, but the refresh goes on', async () => {
    const held = token();
    const server = await serve(about(held, {}, 403));
    const tab = new Tab(server.origin, holding(held));
    const abort = new AbortController();

    const refused = tab.fetch('/', { signal: abort.signal });
    await eventually(() => tab.clock.waits.length === 1);
    abort.abort();
    await assert.rejects(refused, { name: 'AbortError' });
    await tab.clock.advance(2);

    assert.equal(tab.refreshes.length, 1);
    assert.equal(server.calls.length, 1);
  });
});

describe('a problem body', LIMIT, () => {
  const problem = (action, more = {}) => ({
    headers: { 'Content-Type': 'application/problem+json;charset=UTF-8' },
    body: JSON.stringify({ type: 'urn:problem-type:scope-guard:insufficient-scope', action, ...more }),
  });

  for (const status of [401, 403]) {
    it(`says refresh where the header is lost, with ${status}`, async () => {
      const held = token();
      const server = await serve(({ token }) => (token === held ? { status, ...problem('refresh') } : {}));
      const tab = new Tab(server.origin, holding(held));

      const response = tab.fetch('/');
      await tab.clock.advance(2);

      assert.equal((await response).status, 200);
      assert.equal(tab.refreshes.length, 1);
    });
  }

  it('of another origin, to which a redirect led without the token, is not about it', async () => {
    const elsewhere = await serve(() => ({ status: 403, ...problem('refresh') }));
    const server = await serve(() => ({ status: 302, headers: { Location: `${elsewhere.origin}/` } }));
    const tab = new Tab(server.origin, holding(token()));

    assert.equal((await tab.fetch('/')).status, 403);
    await settled();
    assert.equal(elsewhere.calls[0].token, undefined);
    assert.deepEqual([tab.clock.waits, tab.refreshes], [[], []]);
  });

  for (const [name, answer] of Object.entries({
    'says that nothing helps': { status: 401, ...problem('none') },
    "is somebody else's": { status: 403, ...problem('refresh', { type: 'about:blank' }) },
    'is no JSON': { status: 403, ...problem('refresh'), body: '{' },
    'is endless': { status: 403, ...problem('refresh', { detail: 'x'.repeat(20_000) }) },
    'is of a granted response': { status: 200, ...problem('refresh') },
  })) {
    it(`that ${name} is left to the caller`, async () => {
      const server = await serve(() => answer);
      const tab = new Tab(server.origin, holding(token()));

      const response = await tab.fetch('/');

      assert.equal(await response.text(), answer.body);
      assert.deepEqual([tab.clock.waits, tab.refreshes], [[], []]);
    });
  }
});

describe('parallel refreshes', LIMIT, () => {
  for (const [name, locks] of Object.entries({ 'with Web Locks': new Locks(), 'without Web Locks': undefined })) {
    it(`of several organizations take turns ${name}`, async () => {
      const [acme, globex] = [token(), token()];
      const server = await serve((call) => ({ headers: { 'Scope-Drift': drift(call.token) } }));
      let [running, most, refreshes] = [0, 0, 0];
      const tab = new Tab(server.origin, {
        ...holding(acme, { [keyOf({ organization: 'globex' })]: globex }),
        environment: { locks },
        refresh: async () => {
          most = Math.max(most, ++running);
          await settled();
          running--;
          refreshes++;
          return token();
        },
      });

      await tab.fetch('/');
      await tab.fetch('/', { organization: 'globex' });
      await tab.clock.advance(2);
      await eventually(() => refreshes === 2);

      assert.equal(most, 1);
    });
  }

  it('of several tabs are one', async () => {
    const held = token();
    const server = await serve(about(held, {}, 403));
    const shared = { ...holding(held), clock: new Clock(), environment: { locks: new Locks() } };
    const tabs = [new Tab(server.origin, shared), new Tab(server.origin, shared)];

    const responses = tabs.map((tab) => tab.fetch('/'));
    await eventually(() => shared.clock.waits.length === 2);
    await shared.clock.advance(2);

    assert.deepEqual((await Promise.all(responses)).map(({ status }) => status), [200, 200]);
    assert.equal(tabs[0].refreshes.length + tabs[1].refreshes.length, 1);
  });

  it('tell every tab once it has another token', async () => {
    const held = token();
    const server = await serve(about(held, {}, 403));
    const told = [];
    const onRefresh = (target) => told.push(target);
    const shared = { ...holding(held), clock: new Clock(), onRefresh, environment: { locks: new Locks() } };
    const tabs = [new Tab(server.origin, shared), new Tab(server.origin, shared)];

    const responses = tabs.map((tab) => tab.fetch('/'));
    await eventually(() => shared.clock.waits.length === 2);
    await shared.clock.advance(2);
    await Promise.all(responses);

    assert.deepEqual(told, [{ organization: 'acme' }, { organization: 'acme' }]);
  });

  it('go on where locks may not be used', async () => {
    const held = token();
    const server = await serve(about(held, {}, 403));
    const locks = { request: () => Promise.reject(new DOMException('sandboxed', 'SecurityError')) };
    const tab = new Tab(server.origin, { ...holding(held), environment: { locks } });

    const response = tab.fetch('/');
    await tab.clock.advance(2);

    assert.equal((await response).status, 200);
  });

  it('wait for a tab that hangs only so long', async () => {
    const held = token();
    const server = await serve(about(held, {}, 403));
    const locks = new Locks();
    const tab = new Tab(server.origin, { ...holding(held), environment: { locks } });
    locks.request('scope-guard', { signal: new AbortController().signal }, () => new Promise(() => {}));

    const response = tab.fetch('/');
    await tab.clock.advance(2);
    await tab.clock.advance(30);

    assert.equal((await response).status, 403);
    assert.equal(tab.events[0][1].error.name, 'TimeoutError');
    assert.deepEqual(tab.refreshes, []);
    assert.equal(server.calls.length, 1);
  });
});

describe('a refresh that fails', LIMIT, () => {
  /** A tab whose refreshes fail as told, after a request in each of these organizations. */
  async function failing(error, { organizations = ['acme'], status = 200, ...options } = {}) {
    const server = await serve((call) => ({ status, headers: { 'Scope-Drift': drift(call.token) } }));
    let refreshes = 0;
    const tab = new Tab(server.origin, {
      tokens: new Map(organizations.map((organization) => [keyOf({ organization }), token()])),
      refresh: async () => {
        refreshes++;
        throw error;
      },
      ...options,
    });
    return { server, tab, refreshes: () => refreshes };
  }

  it('for want of a network leaves the old token, and is tried again after a minute', async () => {
    const { server, tab, refreshes } = await failing(new TypeError('fetch failed'));
    const held = tab.tokens.get(ACME);

    await tab.fetch('/');
    await tab.clock.advance(2);
    await tab.fetch('/');
    await settled();
    assert.deepEqual([refreshes(), tab.clock.waits], [1, []]);
    assert.equal(tab.events[0][0], 'error');

    tab.clock.pass(60);
    await tab.fetch('/');
    await tab.clock.advance(2);
    assert.equal(refreshes(), 2);
    assert.deepEqual(new Set(server.calls.map((call) => call.token)), new Set([held]));
  });

  it('leaves the old token in use as long as it is good, though the cache was emptied', async () => {
    const offline = new TypeError('fetch failed');
    const held = token({ exp: NOW + 100 });
    let cached = held;
    const { server, tab } = await failing(undefined, {
      getToken: async () => {
        if (cached) {
          return cached;
        }
        throw offline;
      },
      refresh: async () => {
        cached = undefined;
        throw offline;
      },
    });

    await tab.fetch('/');
    await tab.clock.advance(2);
    await tab.fetch('/');
    assert.equal(server.calls[1].token, held);

    tab.clock.pass(100);
    await assert.rejects(tab.fetch('/'), offline);
  });

  it('is no reason to go on with the token of somebody who signed out', async () => {
    let isSignedIn = true;
    const { tab } = await failing(new TypeError('fetch failed'), {
      getToken: async () => {
        if (isSignedIn) {
          return token();
        }
        throw Object.assign(new Error('Not authenticated.'), { code: 'not_authenticated' });
      },
    });

    await tab.fetch('/');
    isSignedIn = false;
    await assert.rejects(tab.fetch('/'), /Not authenticated/);
  });

  it('at once, before it has made a promise, is no different', async () => {
    const { tab } = await failing(undefined, {
      status: 403,
      refresh: () => {
        throw new Error('not ready');
      },
    });

    const response = tab.fetch('/');
    await tab.clock.advance(2);

    assert.equal((await response).status, 403);
    assert.match(tab.events[0][1].error.message, /not ready/);
  });

  it('by hanging is given up', async () => {
    const { tab } = await failing(undefined, { refresh: () => new Promise(() => {}), status: 403 });

    const response = tab.fetch('/');
    await tab.clock.advance(2);
    await tab.clock.advance(30);

    assert.equal((await response).status, 403);
    assert.equal(tab.events[0][1].error.name, 'TimeoutError');
  });

  it('to bring a token is a failure', async () => {
    const { tab } = await failing(undefined, { refresh: async () => undefined, status: 403 });

    const response = tab.fetch('/');
    await tab.clock.advance(2);

    assert.equal((await response).status, 403);
    assert.match(tab.events[0][1].error.message, /brought no token/);
  });

  for (const [name, error] of Object.entries({
    "as OAuth names it": { error: 'access_denied' },
    "as Logto's SDK names it": { code: 'oidc.access_denied' },
    'as the cause of something': new Error('no token', { cause: { error: 'access_denied' } }),
  })) {
    it(`with access_denied, ${name}, is an end`, async () => {
      const { server, tab, refreshes } = await failing(error, { status: 403 });

      const response = tab.fetch('/');
      await tab.clock.advance(2);
      assert.equal((await response).status, 403);
      tab.clock.pass(3000);
      assert.equal((await tab.fetch('/')).status, 403);
      await settled();

      assert.deepEqual([refreshes(), tab.clock.waits, server.calls.length], [1, [], 2]);
      assert.deepEqual(tab.events, [['end', { organization: 'acme', reason: 'access_denied', error }]]);
    });
  }

  it('with access_denied ends one organization, with invalid_grant all', async () => {
    for (const [reason, expected] of [['access_denied', 2], ['invalid_grant', 1]]) {
      const { tab, refreshes } = await failing({ error: reason }, { organizations: ['acme', 'globex'] });

      await tab.fetch('/');
      await tab.fetch('/', { organization: 'globex' });
      await tab.clock.advance(2);
      await tab.fetch('/');
      await tab.fetch('/', { organization: 'globex' });
      await settled();

      assert.equal(refreshes(), expected, reason);
    }
  });

  it('with an end is the end of that token only: who signs in again starts anew', async () => {
    const { tab, refreshes } = await failing({ error: 'invalid_grant' });

    await tab.fetch('/');
    await tab.clock.advance(2);
    tab.tokens.set(ACME, token());
    await tab.fetch('/');
    await tab.clock.advance(2);

    assert.equal(refreshes(), 2);
  });
});

describe('consent', LIMIT, () => {
  const reconsent = (changes) => (call) => ({
    headers: { 'Scope-Drift': drift(call.token, { action: 'reconsent', changes }) },
  });

  it('is asked for after the wait, naming the scopes', async () => {
    const server = await serve(reconsent('demoted=("z"), promoted=("b" "a"), new=("export:report")'));
    const tab = new Tab(server.origin, holding(token()));

    await tab.fetch('/');
    assert.deepEqual(tab.consents, []);
    await tab.clock.advance(2);

    const [{ hint, ...ask }] = tab.consents;
    assert.deepEqual(ask, { organization: 'acme', scopes: ['a', 'b', 'export:report'] });
    assert.equal(hint.action, 'reconsent');
  });

  it('keeps no refused request waiting', async () => {
    const server = await serve((call) => ({ ...reconsent('new=("export:report")')(call), status: 403 }));
    const tab = new Tab(server.origin, { ...holding(token()), consent: () => new Promise(() => {}) });

    assert.equal((await tab.fetch('/')).status, 403);
  });

  it('is asked for once per organization and set of scopes, across the redirect', async () => {
    const storage = new Storage();
    let changes = 'new=("a" "b")';
    const server = await serve((call) => reconsent(changes)(call));
    const visit = async (organization = 'acme', subject = 'alice') => {
      const tokens = new Map([[keyOf({ organization }), token({ sub: subject })]]);
      const tab = new Tab(server.origin, { tokens, environment: { storage } });
      await tab.fetch('/', { organization });
      await tab.clock.advance(2);
      return tab.consents.length;
    };

    assert.equal(await visit(), 1);
    assert.equal(await visit(), 0);
    changes = 'promoted=("b"), new=("a")';
    assert.equal(await visit(), 0);
    changes = 'new=("a" "b" "c")';
    assert.equal(await visit(), 1);
    assert.equal(await visit('globex'), 1);
    assert.equal(await visit('acme', 'bob'), 1);
    const stored = [...storage.entries.values()].join('');
    assert.ok(!/alice|bob|acme|globex/.test(stored), stored);
  });

  it('is not asked for where it cannot be remembered', async () => {
    const server = await serve(reconsent('new=("a")'));
    const full = { getItem: () => null, setItem: () => { throw new DOMException('full', 'QuotaExceededError'); } };
    for (const storage of [undefined, full]) {
      const tab = new Tab(server.origin, { ...holding(token()), environment: { storage } });
      await tab.fetch('/');
      await tab.clock.advance(2);
      assert.deepEqual([tab.consents, tab.events.map(([kind]) => kind)], [[], ['error']]);
    }
  });

  it('is asked for though the memory is damaged', async () => {
    const server = await serve(reconsent('new=("a")'));
    for (const damage of ['{', '7', 'null']) {
      const storage = new Storage();
      storage.setItem('scope-guard:asked', damage);
      const tab = new Tab(server.origin, { ...holding(token()), environment: { storage } });
      await tab.fetch('/');
      await tab.clock.advance(2);
      assert.equal(tab.consents.length, 1);
    }
  });

  it('asks for what the refusal requires where the header only counts', async () => {
    const server = await serve((call) => ({
      status: 403,
      headers: { ...reconsent('new=1')(call).headers, 'Content-Type': 'application/problem+json' },
      body: JSON.stringify({
        type: 'urn:problem-type:scope-guard:insufficient-scope',
        action: 'reconsent',
        required_scopes: ['export:report', 'no scope', 7],
      }),
    }));
    const tab = new Tab(server.origin, holding(token()));

    assert.match(await (await tab.fetch('/')).text(), /required_scopes/);
    await tab.clock.advance(2);

    assert.deepEqual(tab.consents[0].scopes, ['export:report']);
  });

  it('is not asked for once another token is there', async () => {
    const server = await serve(reconsent('new=("a")'));
    const tab = new Tab(server.origin, holding(token()));

    await tab.fetch('/');
    tab.tokens.set(ACME, token());
    await tab.clock.advance(2);

    assert.deepEqual(tab.consents, []);
  });

  it('is never asked for without a callback', async () => {
    const server = await serve(reconsent('new=("a")'));
    const tab = new Tab(server.origin, { ...holding(token()), consent: undefined });

    await tab.fetch('/');
    await settled();
    assert.deepEqual([tab.clock.waits, tab.events], [[], []]);
  });
});

function streamOf(text) {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      controller.close();
    },
  });
}
