/* The package, as somebody gets it who installs the tarball. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import axios from 'axios';
import { createScopeGuard } from '@scope-guard/client';
import { guardAxios } from '@scope-guard/client/axios';

const LIMIT = { timeout: 120_000 };
const manifest = JSON.parse(readFileSync('node_modules/@scope-guard/client/package.json', 'utf8'));

describe('the package', LIMIT, () => {
  it('has the version of the Java library', () => {
    assert.equal(manifest.version, process.env.VERSION);
  });

  it('contains the modules, their types and nothing else', () => {
    const modules = Object.values(manifest.exports).filter(({ types }) => types);
    const files = modules.flatMap((each) => [each.types, each.default]).map((file) => file.slice(2));
    assert.deepEqual(JSON.parse(readFileSync('packed.json', 'utf8')), ['LICENSE', 'README.md', 'package.json', 'recipe.js', ...files].sort());
  });

  for (const name of Object.keys(manifest.exports).filter((each) => !each.endsWith('.json'))) {
    it(`exports ${name}`, async () => {
      const module = await import(`@scope-guard/client${name.slice(1)}`);
      assert.ok(Object.values(module).every((each) => typeof each === 'function'));
    });
  }

  it('has types that fit the providers\' SDKs, in strict TypeScript', () => {
    try {
      execFileSync('node', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'], { encoding: 'utf8' });
    } catch ({ stdout }) {
      assert.fail(stdout);
    }
  });

  it('sends the requests of axios with the target\'s token, and repeats what was refused', async () => {
    const calls = [];
    const server = await api(calls);
    const instance = axios.create({ baseURL: server.origin });
    const tokens = [token('one'), token('two')];
    const guard = createScopeGuard({
      origins: [server.origin],
      getToken: async () => tokens[0],
      refresh: async () => tokens.splice(0, 1) && tokens[0],
    });
    const eject = guardAxios(instance, guard);

    const { status, data } = await instance.post('/reports', { title: 'Q3' }, { organization: 'acme', repeatable: true });

    assert.deepEqual([status, data], [201, { id: 1 }]);
    assert.deepEqual(calls.map(({ body }) => body), ['{"title":"Q3"}', '{"title":"Q3"}']);
    assert.notEqual(calls[0].token, calls[1].token);
    eject();
    await assert.rejects(instance.post('/reports', {}), ({ response }) => response.status === 403 && calls[2].token === undefined);
    server.close();
  });
});

function token(jti) {
  return `e30.${Buffer.from(JSON.stringify({ jti, exp: 4e9 })).toString('base64url')}.c2ln`;
}

/** Refuses the first token, and no token at all. */
async function api(calls) {
  const refused = token('one');
  const name = createHash('sha256').update('one').digest('base64url').slice(0, 16);
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const jwt = request.headers.authorization?.replace('Bearer ', '');
    calls.push({ token: jwt, body });
    if (jwt === undefined || jwt === refused) {
      response.writeHead(403, { 'Scope-Drift': `action=refresh, demoted=("x"), token="${name}", as-of=1, after=0` }).end();
    } else {
      response.writeHead(201, { 'Content-Type': 'application/json' }).end('{"id":1}');
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
