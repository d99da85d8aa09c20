import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer, request } from 'node:http';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createScopeGuard } from '../../../client/scope-guard.js';
import { guardedSocket } from '../../../client/sockets.js';
import { Clock, LIMIT, NOW, Storage, eventually, settled, token } from './support.js';

describe('guarded sockets', LIMIT, () => {
  let server;
  let clock;
  let jwt;
  let refreshes;
  let mayRefresh;
  let guard;
  let seen;
  let ends;
  let opened;
  let socket;

  beforeEach(async () => {
    server = await sessions();
    clock = new Clock();
    jwt = token({ exp: NOW + 3600 });
    refreshes = 0;
    mayRefresh = true;
    seen = [];
    ends = [];
    opened = 0;
    guard = createScopeGuard({
      origins: [server.origin],
      getToken: async () => jwt,
      refresh: async () => {
        refreshes++;
        if (!mayRefresh) {
          throw Object.assign(new Error('gone'), { error: 'invalid_grant' });
        }
        return (jwt = token({ exp: clock.now() / 1000 + 3600 }));
      },
      environment: { base: server.origin, locks: undefined, storage: new Storage(), now: clock.now },
    });
  });

  afterEach(async () => {
    socket.close();
    await server.close();
  });

  async function open() {
    socket = guardedSocket(guard, (sent) => new ClientSocket(server.origin, ['v1', `bearer.${sent}`]), {
      organization: 'acme',
      onOpen: () => opened++,
      onMessage: (data) => seen.push(data),
      onEnd: (event) => ends.push(event),
      environment: clock,
    });
    await eventually(() => opened === 1);
  }

  it('sends the next token before the present one expires, again and again', async () => {
    await open();
    const tokens = [jwt];
    for (let renewals = 1; renewals <= 3; renewals++) {
      await clock.advance(3540);
      await eventually(() => server.received.length === renewals);
      assert.equal(server.received.at(-1), `Authorization: Bearer ${jwt}`);
      tokens.push(jwt);
      server.send('Scope-Guard: renewed');
    }
    server.send('hello');
    await eventually(() => seen.length > 0);

    assert.deepEqual(seen, ['hello']);
    assert.equal(new Set(tokens).size, 4);
    assert.equal(refreshes, 3);
    assert.equal(server.handshakes.length, 1);
  });

  it('sends a token that the application has renewed itself', async () => {
    await open();
    jwt = token({ exp: NOW + 7200 });

    await clock.advance(3540);

    await eventually(() => server.received.length === 1);
    assert.equal(server.received[0], `Authorization: Bearer ${jwt}`);
    assert.equal(refreshes, 0);
  });

  it('goes on with the token that it has if the next one is not taken', async () => {
    await open();
    await clock.advance(3540);
    await eventually(() => server.received.length === 1);
    server.send('Scope-Guard: not-renewed, insufficient-scope');
    server.send('hello');
    await eventually(() => seen.length > 0);

    assert.deepEqual(seen, ['hello']);
    assert.deepEqual(clock.waits, []);
    assert.deepEqual(ends, []);
  });

  for (const [code, reason] of [[4401, 'expired'], [4403, 'insufficient-scope'], [4403, 'not-a-member']]) {
    it(`opens the session again after ${code} ${reason}`, async () => {
      await open();
      const first = jwt;
      server.end(code, reason);
      await eventually(() => opened === 2);

      assert.deepEqual(server.handshakes, [`bearer.${first}`, `bearer.${jwt}`]);
      assert.equal(refreshes, 1);
      assert.deepEqual(ends, []);
    });
  }

  it('opens it again once, not in a loop', async () => {
    await open();
    server.end(4403, 'insufficient-scope');
    await eventually(() => opened === 2);
    server.end(4403, 'insufficient-scope');
    await eventually(() => ends.length > 0);

    assert.deepEqual(ends, [{ code: 4403, reason: 'insufficient-scope' }]);
    assert.equal(server.handshakes.length, 2);
  });

  it('opens it again later, when messages have arrived in between', async () => {
    await open();
    for (let times = 2; times <= 4; times++) {
      server.end(4403, 'insufficient-scope');
      await eventually(() => opened === times);
      server.send(`message ${times}`);
      await eventually(() => seen.at(-1) === `message ${times}`);
    }

    assert.deepEqual(ends, []);
  });

  for (const [code, reason] of [[4403, 'application'], [4401, 'subject-inactive'], [1001, 'stopping']]) {
    it(`ends after ${code} ${reason}`, async () => {
      await open();
      server.end(code, reason);
      await eventually(() => ends.length > 0);

      assert.deepEqual(ends, [{ code, reason }]);
      assert.equal(refreshes, 0);
    });
  }

  it('ends if there is no other token', async () => {
    await open();
    mayRefresh = false;
    server.end(4401, 'expired');
    await eventually(() => ends.length > 0);

    assert.deepEqual(ends, [{ code: 4401, reason: 'expired' }]);
    assert.equal(server.handshakes.length, 1);
  });

  it('neither renews nor opens again what was closed', async () => {
    await open();
    socket.close();
    await eventually(() => server.isClosed());
    await settled();

    assert.deepEqual(clock.waits, []);
    assert.deepEqual(ends, []);
    assert.equal(server.handshakes.length, 1);
  });

  it('sends the messages of the application', async () => {
    await open();
    socket.send('question');
    await eventually(() => server.received.length === 1);

    assert.deepEqual(server.received, ['question']);
  });
});

/** The server and the client below speak as much of RFC 6455 as short text messages need. */
async function sessions() {
  const handshakes = [];
  const received = [];
  const sockets = [];
  let connection;
  const server = createServer();
  server.on('upgrade', (upgrade, socket) => {
    const [protocol, bearer] = upgrade.headers['sec-websocket-protocol'].split(/, ?/);
    handshakes.push(bearer);
    sockets.push(socket);
    const key = `${upgrade.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
      + `Sec-WebSocket-Accept: ${createHash('sha1').update(key).digest('base64')}\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`);
    connection = new Frames(socket, (opcode, payload) => {
      if (opcode === CLOSE) {
        socket.end();
      } else {
        received.push(payload.toString());
      }
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    handshakes,
    received,
    send: (text) => connection.write(TEXT, Buffer.from(text)),
    end: (code, reason) => connection.write(CLOSE, Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)])),
    isClosed: () => connection.socket.writableEnded,
    close: () => {
      sockets.forEach((socket) => socket.destroy());
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What a browser has, and Node.js since version 22. */
class ClientSocket {
  #listeners = { open: [], message: [], close: [] };
  #frames;

  constructor(url, protocols) {
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': 13,
      'Sec-WebSocket-Key': Buffer.alloc(16).toString('base64'),
      'Sec-WebSocket-Protocol': protocols.join(', '),
    };
    request(url, { headers })
      .on('upgrade', (response, socket, head) => {
        this.#frames = new Frames(socket, (opcode, payload) => this.#received(opcode, payload));
        this.#tell('open');
        this.#frames.read(head);
      })
      .end();
  }

  addEventListener(type, listener) {
    this.#listeners[type].push(listener);
  }

  send(text) {
    this.#frames.write(TEXT, Buffer.from(text));
  }

  close() {
    this.#frames.write(CLOSE, Buffer.alloc(0));
  }

  #received(opcode, payload) {
    if (opcode === CLOSE) {
      this.#frames.socket.end();
      this.#tell('close', { code: payload.readUInt16BE(0), reason: payload.subarray(2).toString() });
    } else {
      this.#tell('message', { data: payload.toString() });
    }
  }

  #tell(type, event) {
    this.#listeners[type].forEach((listener) => listener(event));
  }
}

const TEXT = 1;
const CLOSE = 8;

/** Whole frames of less than 64 KiB, without masks. */
class Frames {
  #bytes = Buffer.alloc(0);
  #listener;

  constructor(socket, listener) {
    this.socket = socket;
    this.#listener = listener;
    socket.on('error', () => {}).on('data', (part) => this.read(part));
  }

  write(opcode, payload) {
    const head = Buffer.from([0x80 | opcode, 126, 0, 0]);
    head.writeUInt16BE(payload.length, 2);
    if (!this.socket.writableEnded) {
      this.socket.write(Buffer.concat([head, payload]));
    }
  }

  read(part) {
    this.#bytes = Buffer.concat([this.#bytes, part]);
    while (this.#bytes.length >= 4 && this.#bytes.length >= 4 + this.#bytes.readUInt16BE(2)) {
      const end = 4 + this.#bytes.readUInt16BE(2);
      const frame = this.#bytes.subarray(0, end);
      this.#bytes = this.#bytes.subarray(end);
      this.#listener(frame[0] & 15, frame.subarray(4));
    }
  }
}
