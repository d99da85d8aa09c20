import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createScopeGuard } from '../../../client/scope-guard.js';
import { followSignals } from '../../../client/signals.js';
import { LIMIT, Storage, drift, eventually, token } from './support.js';

/** An API with a stream for each connection, which the test writes to. */
async function streams() {
  const connections = [];
  const server = createServer((request, response) => {
    const { status = 200, headers = {} } = api.answer(connections.length) ?? {};
    response.writeHead(status, { 'Content-Type': 'text/event-stream', ...headers });
    response.flushHeaders();
    const connection = {
      token: request.headers.authorization?.replace('Bearer ', ''),
      url: request.url,
      isOpen: true,
      send: (event, data) => response.write(`event:${event}\ndata:${JSON.stringify(data)}\n\n`),
      write: (text) => response.write(text),
      end: () => response.end(),
    };
    response.on('close', () => (connection.isOpen = false));
    connections.push(connection);
    if (status !== 200) {
      response.end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const api = {
    connections,
    answer: () => undefined,
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return api;
}

const PERMISSIONS = { effective_scopes: ['read:report'] };

describe('followed signals', LIMIT, () => {
  let api;
  let guard;
  let follower;
  let jwt;
  let reported;
  let ends;
  let refreshes;

  beforeEach(async () => {
    api = await streams();
    jwt = token();
    reported = [];
    ends = [];
    refreshes = 0;
    guard = createScopeGuard({
      origins: [api.origin],
      getToken: async () => jwt,
      refresh: async () => {
        refreshes++;
        return (jwt = token());
      },
      environment: { base: api.origin, locks: undefined, storage: new Storage() },
    });
  });

  afterEach(() => {
    follower?.close();
    api.close();
  });

  async function follow() {
    follower = followSignals(guard, `${api.origin}/scope-guard/signals`, {
      organization: 'acme',
      onPermissions: (permissions) => reported.push(permissions),
      onEnd: (reason) => ends.push(reason),
    });
    await eventually(() => api.connections.length === 1);
    return api.connections[0];
  }

  it('send the token in a header, never in the address', async () => {
    const stream = await follow();

    assert.deepEqual([stream.token, stream.url], [jwt, '/scope-guard/signals']);
  });

  it('report what holds now', async () => {
    const stream = await follow();
    stream.write(':\n\nevent:permissions\ndata:{"effective_scopes":');
    stream.write('["read:report"]}\n\n');
    await eventually(() => reported.length === 1);

    assert.deepEqual(reported, [PERMISSIONS]);
  });

  it('skip what is malformed or unknown', async () => {
    const stream = await follow();
    stream.write('event:permissions\ndata:no json\n\nevent:other\ndata:{}\n\ndata:7\n\n');
    stream.send('permissions', PERMISSIONS);
    await eventually(() => reported.length === 1);

    assert.deepEqual(reported, [PERMISSIONS]);
  });

  it('obey a hint, and follow the next token', async () => {
    const old = jwt;
    const stream = await follow();
    stream.send('permissions', { ...PERMISSIONS, scope_drift: drift(old, { after: 0 }) });
    await eventually(() => api.connections.length === 2);

    assert.equal(refreshes, 1);
    assert.notEqual(api.connections[1].token, old);
    assert.equal(api.connections[1].token, jwt);
    await eventually(() => !stream.isOpen);
  });

  it('ignore a hint about another token', async () => {
    const stream = await follow();
    stream.send('permissions', { ...PERMISSIONS, scope_drift: drift(token(), { after: 0 }) });
    stream.send('permissions', { effective_scopes: [] });
    await eventually(() => reported.length === 2);

    assert.equal(refreshes, 0);
  });

  for (const reason of ['suspended', 'not-a-member', 'replaced']) {
    it(`end for good when the API says ${reason}`, async () => {
      const stream = await follow();
      stream.send('end', { reason });
      await eventually(() => ends.length === 1);

      assert.deepEqual(ends, [reason]);
      await eventually(() => !stream.isOpen);
      assert.equal(api.connections.length, 1);
    });
  }

  for (const status of [401, 403]) {
    it(`end for good when they are refused with ${status}`, async () => {
      api.answer = () => ({ status });
      await follow();
      await eventually(() => ends.length === 1);

      assert.deepEqual(ends, ['refused']);
    });
  }

  it('are opened again at once when the token expires', async () => {
    const stream = await follow();
    jwt = token();
    stream.send('end', { reason: 'expired' });
    await eventually(() => api.connections.length === 2);

    assert.equal(api.connections[1].token, jwt);
    assert.deepEqual(ends, []);
  });

  it('are opened again after a pause when they break', async () => {
    const stream = await follow();
    const broken = Date.now();
    stream.end();
    await eventually(() => api.connections.length === 2);

    assert.ok(Date.now() - broken >= 900, 'a pause of a second');
  });

  it('are opened again for another token', async () => {
    const stream = await follow();
    jwt = token();
    follower.reopen();
    await eventually(() => api.connections.length === 2);

    assert.equal(api.connections[1].token, jwt);
    await eventually(() => !stream.isOpen);
  });

  it('stay closed', async () => {
    const stream = await follow();
    follower.close();
    await eventually(() => !stream.isOpen);

    assert.equal(api.connections.length, 1);
  });
});
