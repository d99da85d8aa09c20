import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fingerprint, parseScopeDrift } from '../../../client/scope-guard.js';

const file = new URL('../../../../docs/protocol/test-vectors.json', import.meta.url);
const { headers, fingerprints } = JSON.parse(readFileSync(file, 'utf8'));

/** A hint by the names of the vectors, without absent members. */
function members(hint) {
  const { demotedRoles, promotedRoles, asOf, ...rest } = hint;
  const all = { ...rest, demoted_roles: demotedRoles, promoted_roles: promotedRoles, as_of: asOf };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value.length !== 0));
}

describe('the test vectors for other languages', () => {
  for (const { name, value, hint } of headers) {
    it(`describe ${name}`, () => {
      const read = parseScopeDrift(value);
      assert.deepEqual(read && members(read), hint);
    });
  }

  for (const { name, token, fingerprint: expected } of fingerprints) {
    it(`describe ${name}`, async () => assert.equal((await fingerprint(token, webcrypto)) ?? null, expected));
  }
});
