import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { describe, it } from 'node:test';
import { fingerprint, parseScopeDrift } from '../../../client/scope-guard.js';
import { fingerprintOf, token } from './support.js';

const WHOLE =
  'action=refresh, demoted=("delete:report"), promoted=("invite:member"), organization="cu2p5w6hsqs5", ' +
  'token="q3Zx9vA1c0Tn8kLm", as-of=1795244700, after=2';
const REST = 'token="q3Zx9vA1c0Tn8kLm", as-of=1795244700, after=2';

describe('the header', () => {
  it('says what changed and what to do', () => {
    assert.deepEqual(parseScopeDrift(WHOLE), {
      action: 'refresh',
      demoted: ['delete:report'],
      promoted: ['invite:member'],
      new: [],
      demotedRoles: [],
      promotedRoles: [],
      organization: 'cu2p5w6hsqs5',
      resource: undefined,
      token: 'q3Zx9vA1c0Tn8kLm',
      asOf: 1795244700,
      after: 2,
    });
  });

  it('names roles, also with spaces', () => {
    const hint = parseScopeDrift(`action=refresh, demoted-roles=("Billing admin"), promoted-roles=2, ${REST}`);
    assert.deepEqual([hint.demotedRoles, hint.promotedRoles], [['Billing admin'], 2]);
    assert.equal(parseScopeDrift(`action=refresh, demoted-roles=(" "), ${REST}`), null);
  });

  it('may count instead of naming', () => {
    const { demoted, new: added } = parseScopeDrift(`action=reconsent, demoted=12, new=0, ${REST}`);
    assert.deepEqual([demoted, added], [12, 0]);
  });

  it('may say more than is known today, in any type of structured field', () => {
    const unknown = 'a, b=?0, c=1.5, d=:aGk=:, e=@1659578233, f=%"f%c3%bc", g=(1 "x";y=z t), *h=tok/en:x, i=-7;p;q="r"';
    assert.deepEqual(parseScopeDrift(`${unknown}, ${WHOLE}`), parseScopeDrift(WHOLE));
    assert.deepEqual(parseScopeDrift(WHOLE.replace('=refresh', '=refresh;why="edited"')), parseScopeDrift(WHOLE));
  });

  it('counts the last of members with the same key', () => {
    assert.equal(parseScopeDrift(`action=reconsent, ${WHOLE}`).action, 'refresh');
  });

  it('unescapes strings', () => {
    const { resource } = parseScopeDrift(`action=refresh, resource="https://a/\\"\\\\", ${REST}`);
    assert.equal(resource, 'https://a/"\\');
  });

  const malformed = {
    'nothing': null,
    'an empty value': '',
    'no structured field': 'refresh please',
    'a trailing comma': `${WHOLE},`,
    'a missing comma': WHOLE.replace(', ', ' '),
    'an open list': `${WHOLE}, new=("a"`,
    'items that are not apart': `${WHOLE}, new=("a""b")`,
    'an open string': WHOLE.replace('Lm"', 'Lm'),
    'an escape of nothing': `${WHOLE}, x="\\a"`,
    'a control character': `${WHOLE}, x="\u0007"`,
    'a character outside ASCII': `${WHOLE}, x="ü"`,
    'a key in capitals': `${WHOLE}, X=1`,
    'an integer of 16 digits': `${WHOLE}, x=1234567890123456`,
    'a decimal without decimals': `${WHOLE}, x=1.`,
    'an action as a string': WHOLE.replace('=refresh', '="refresh"'),
    'an unknown action': WHOLE.replace('=refresh', '=logout'),
    'no action': REST,
    'no token': `action=refresh, as-of=1, after=2`,
    'a token that is no fingerprint': WHOLE.replace('8kLm', '8kL'),
    'a token as a token': WHOLE.replace('"q3Zx9vA1c0Tn8kLm"', 'q3Zx9vA1c0Tn8kLm'),
    'no time': WHOLE.replace(', as-of=1795244700', ''),
    'no wait': WHOLE.replace(', after=2', ''),
    'a wait below zero': WHOLE.replace('after=2', 'after=-1'),
    'a wait of more than half a minute': WHOLE.replace('after=2', 'after=31'),
    'half a second': WHOLE.replace('after=2', 'after=0.5'),
    'a list of tokens': WHOLE.replace('"invite:member"', 'invite:member'),
    'a scope with a space': WHOLE.replace('invite:member', 'invite member'),
    'a single scope outside a list': `${WHOLE}, new="a"`,
    'less than none': `${WHOLE}, new=-1`,
    'more than a kibibyte': `${WHOLE}, x="${'x'.repeat(1024)}"`,
  };
  for (const [name, value] of Object.entries(malformed)) {
    it(`with ${name} says nothing`, () => assert.equal(parseScopeDrift(value), null));
  }

  it('of any hint is read as it was written', () => {
    forAll((random) => {
      const hint = someHint(random);
      assert.deepEqual(parseScopeDrift(serialize(hint, random)), hint);
    });
  });

  it('of any text is a well-formed hint or nothing', () => {
    forAll((random) => {
      const text = [...serialize(someHint(random), random)];
      for (let edits = random.below(4); edits >= 0; edits--) {
        text.splice(random.below(text.length + 1), random.below(3), random.pick([...'"\\()=,;?:@%*-. 9aZ\t\u0000é']));
      }
      const hint = parseScopeDrift(text.join(''));
      assert.ok(hint === null || isWellFormed(hint), JSON.stringify(hint));
    });
  });

  it('takes no longer the odder it is', () => {
    for (const odd of ['"', '\\"', '(', ' ', ',', 'a=', 'a;', '%"', '9', '((']) {
      assert.equal(parseScopeDrift('a="' + odd.repeat(500)), null);
      assert.equal(parseScopeDrift(odd.repeat(500)), null);
    }
  });
});

describe('the fingerprint', () => {
  it('is that of the API', async () => {
    const jwt = token({ jti: 'gVflVgO6eHow_q5EU0f31D8UYYJ5BgkZIKv1xDdxNJn' });
    assert.equal(await fingerprint(jwt, webcrypto), fingerprintOf(jwt));
    const other = token({ jti: 'ü€😀' });
    assert.equal(await fingerprint(other, webcrypto), fingerprintOf(other));
  });

  for (const [name, jwt] of Object.entries({
    'an opaque token': 'k'.repeat(43),
    'two dots alone': '..',
    'a payload that is no JSON': 'a.b.c',
    'a payload that is null': `a.${Buffer.from('null').toString('base64url')}.c`,
    'an endless token': token({ more: 'x'.repeat(40_000) }),
  })) {
    it(`is unknown of ${name}`, async () => assert.equal(await fingerprint(jwt, webcrypto), undefined));
  }

  it('is unknown without Web Crypto', async () => assert.equal(await fingerprint(token(), {}), undefined));
});

/** Many times, each with a seed that a failure names. */
function forAll(property) {
  const first = Math.floor(Math.random() * 2 ** 31);
  for (let seed = first; seed < first + 2000; seed++) {
    try {
      property(new Random(seed));
    } catch (error) {
      throw new Error(`with seed ${seed}: ${error.message}`, { cause: error });
    }
  }
}

class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** Mulberry32. */
  below(limit) {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  pick(choices) {
    return choices[this.below(choices.length)];
  }

  text(alphabet, least, most) {
    return Array.from({ length: least + this.below(most - least + 1) }, () => this.pick(alphabet)).join('');
  }
}

const PRINTABLE = Array.from({ length: 0x7f - 0x20 }, (_, i) => String.fromCharCode(0x20 + i));
const SCOPE_CHARACTERS = PRINTABLE.filter((character) => !' "\\'.includes(character));
const BASE64URL = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];

function someHint(random) {
  const change = (characters = SCOPE_CHARACTERS) =>
    random.below(3) === 0
      ? random.below(1000)
      : Array.from({ length: random.below(4) }, () => `r${random.text(characters, 1, 20)}`);
  return {
    action: random.pick(['refresh', 'reconsent']),
    demoted: change(),
    promoted: change(),
    new: change(),
    demotedRoles: change(PRINTABLE),
    promotedRoles: change(PRINTABLE),
    organization: random.pick([undefined, random.text(PRINTABLE, 0, 21)]),
    resource: random.pick([undefined, random.text(PRINTABLE, 0, 40)]),
    token: random.text(BASE64URL, 16, 16),
    asOf: random.below(2 ** 32),
    after: random.below(31),
  };
}

/** With members in any order, and lists that are empty left out or not. */
function serialize(hint, random) {
  const string = (text) => `"${text.replace(/["\\]/g, '\\$&')}"`;
  const change = (value) => (Array.isArray(value) ? `(${value.map(string).join(' ')})` : value);
  const isSaid = (value) => value.length !== 0 || random.below(2) === 0;
  const members = [
    `action=${hint.action}`,
    ...['demoted', 'promoted', 'new'].filter((key) => isSaid(hint[key])).map((key) => `${key}=${change(hint[key])}`),
    ...['demoted', 'promoted']
      .filter((key) => isSaid(hint[`${key}Roles`]))
      .map((key) => `${key}-roles=${change(hint[`${key}Roles`])}`),
    ...['organization', 'resource'].filter((key) => hint[key] !== undefined).map((key) => `${key}=${string(hint[key])}`),
    `token="${hint.token}"`,
    `as-of=${hint.asOf}`,
    `after=${hint.after}`,
  ];
  return members
    .map((member) => [random.below(1000), member])
    .sort(([a], [b]) => a - b)
    .map(([, member]) => member)
    .join(random.pick([', ', ',', ' ,\t']));
}

function isWellFormed(hint) {
  const isChange = (value, name) =>
    Number.isInteger(value) ? value >= 0 : value.every((each) => name.test(each));
  return (
    ['refresh', 'reconsent'].includes(hint.action) &&
    [hint.demoted, hint.promoted, hint.new].every((value) => isChange(value, /^[\x21\x23-\x5b\x5d-\x7e]+$/)) &&
    [hint.demotedRoles, hint.promotedRoles].every((value) => isChange(value, /^[\x20-\x7e]+$/)) &&
    [hint.organization, hint.resource].every((text) => text === undefined || /^[\x20-\x7e]*$/.test(text)) &&
    /^[\w-]{16}$/.test(hint.token) &&
    Number.isInteger(hint.asOf) &&
    Number.isInteger(hint.after) &&
    hint.after <= 30
  );
}
