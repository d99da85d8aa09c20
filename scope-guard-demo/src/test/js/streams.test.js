import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createScopeGuard } from '../../../client/scope-guard.js';
import { guardedEvents } from '../../../client/streams.js';
import { LIMIT, Storage, drift, token } from './support.js';

describe('guarded events', LIMIT, () => {
  let server;
  let origin;
  let jwt;
  let refreshes;
  let guard;
  let answers;
  let tokens;

  beforeEach(async () => {
    jwt = token();
    refreshes = 0;
    answers = [];
    tokens = [];
    server = createServer((request, response) => {
      tokens.push(request.headers.authorization?.replace('Bearer ', ''));
      const { status = 200, text = '' } = answers[Math.min(tokens.length, answers.length) - 1](tokens.at(-1));
      response.writeHead(status, { 'Content-Type': 'text/event-stream' }).end(text);
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${server.address().port}`;
    guard = createScopeGuard({
      origins: [origin],
      getToken: async () => jwt,
      refresh: async () => {
        refreshes++;
        return (jwt = token());
      },
      environment: { base: origin, locks: undefined, storage: new Storage() },
    });
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const events = (...data) => data.map((line) => `data:${line}\n\n`).join('');
  const lastEvent = (value) => `event:scope-drift\ndata:${value}\n\n`;

  async function read() {
    const seen = [];
    const stream = guardedEvents(guard, `${origin}/events`, { organization: 'acme' });
    let next = await stream.next();
    for (; !next.done; next = await stream.next()) {
      seen.push(next.value.data);
    }
    return { seen, response: next.value };
  }

  it('opens the stream again after the remedy', async () => {
    answers = [
      (sent) => ({ text: events('one') + lastEvent(drift(sent, { after: 0 })) }),
      () => ({ text: events('two') }),
    ];

    const { seen } = await read();

    assert.deepEqual(seen, ['one', 'two']);
    assert.equal(refreshes, 1);
    assert.deepEqual(new Set(tokens).size, 2);
  });

  it('opens it again once, not in a loop', async () => {
    answers = [(sent) => ({ text: lastEvent(drift(sent, { after: 0 })) })];

    await read();

    assert.equal(tokens.length, 2);
  });

  it('opens it again later, when events have arrived in between', async () => {
    answers = [
      (sent) => ({ text: events('one') + lastEvent(drift(sent, { after: 0 })) }),
      (sent) => ({ text: events('two') + lastEvent(drift(sent, { after: 0 })) }),
      () => ({ text: events('three') }),
    ];

    assert.deepEqual((await read()).seen, ['one', 'two', 'three']);
  });

  it('returns the refusal if the right has not come back', async () => {
    answers = [
      (sent) => ({ text: events('one') + lastEvent(drift(sent, { after: 0 })) }),
      () => ({ status: 403, text: '' }),
    ];

    const { seen, response } = await read();

    assert.deepEqual(seen, ['one']);
    assert.equal(response.status, 403);
    assert.equal(tokens.length, 2);
  });

  it('ends if there is no remedy', async () => {
    answers = [() => ({ text: events('one') + lastEvent('action=none, token="q3Zx9vA1c0Tn8kLm", as-of=1, after=0') })];

    assert.deepEqual((await read()).seen, ['one']);
    assert.equal(tokens.length, 1);
  });

  it('opens it again once if the hint is about a token that was replaced already', async () => {
    const old = drift(token(), { after: 0 });
    answers = [() => ({ text: events('one') + lastEvent(old) })];

    assert.deepEqual((await read()).seen, ['one', 'one']);
    assert.equal(refreshes, 0);
  });

  it('ends with a stream that is complete', async () => {
    answers = [() => ({ text: 'id:7\nevent:tick\ndata:a\ndata:b\n\n:comment\n\n' })];

    assert.deepEqual((await read()).seen, ['a\nb']);
    assert.equal(tokens.length, 1);
  });
});
