import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { auth0Recipe } from '../../../client/auth0.js';
import { keycloakRecipe } from '../../../client/keycloak.js';

const ASK = { organization: 'org_1', scopes: ['export:report'], hint: {} };
const OPTIONS = { redirectUri: 'https://app.example.test/back', confirm: () => true, scopes: ['read:report', 'export:report'] };

/** As Auth0's SDK, for a user who signed in to one organization. */
class FakeAuth0Client {
  calls = [];
  error;

  constructor(organization) {
    this.organization = organization;
  }

  async isAuthenticated() {
    return this.organization !== undefined;
  }

  async getIdTokenClaims() {
    return this.organization && { org_id: this.organization };
  }

  async getTokenSilently(options) {
    this.calls.push(options);
    if (this.error) {
      throw Object.assign(new Error(this.error), { error: this.error });
    }
    return 'jwt';
  }

  async loginWithRedirect(options) {
    this.calls.push(options);
  }
}

describe("the recipe for Auth0's SDK", () => {
  const target = { organization: 'org_1', resource: 'https://api.example.test' };
  const audience = { authorizationParams: { audience: 'https://api.example.test' } };

  it('gets a token from the cache, and passes the cache by to refresh', async () => {
    const client = new FakeAuth0Client('org_1');
    const recipe = auth0Recipe(client, OPTIONS);

    assert.equal(await recipe.getToken(target), 'jwt');
    assert.equal(await recipe.refresh(target), 'jwt');

    assert.deepEqual(client.calls, [audience, { cacheMode: 'off', ...audience }]);
  });

  it('has no token while nobody is signed in', async () => {
    assert.equal(await auth0Recipe(new FakeAuth0Client(undefined), OPTIONS).getToken(target), undefined);
  });

  it('says so when the session is for another organization', async () => {
    const recipe = auth0Recipe(new FakeAuth0Client('org_2'), OPTIONS);

    await assert.rejects(recipe.getToken(target), /for org_2: sign in with organization=org_1/);
  });

  for (const [error, expected] of [['login_required', 'invalid_grant'], ['missing_refresh_token', 'invalid_grant'], ['timeout', 'timeout']]) {
    it(`takes ${error} for ${expected}`, async () => {
      const client = new FakeAuth0Client('org_1');
      client.error = error;

      await assert.rejects(auth0Recipe(client, OPTIONS).refresh(target), (thrown) => thrown.error === expected);
    });
  }

  it('signs in again with consent, in the same organization', async () => {
    const client = new FakeAuth0Client('org_1');

    await auth0Recipe(client, OPTIONS).consent({ ...ASK, ...target });

    assert.deepEqual(client.calls, [
      {
        authorizationParams: {
          redirect_uri: 'https://app.example.test/back',
          prompt: 'consent',
          scope: 'openid profile email read:report export:report',
          organization: 'org_1',
          audience: 'https://api.example.test',
        },
      },
    ]);
  });

  it('asks for no consent that could not bring the scope', async () => {
    const recipe = auth0Recipe(new FakeAuth0Client('org_1'), { ...OPTIONS, scopes: ['read:report'] });

    await assert.rejects(recipe.consent(ASK), /would not bring export:report/);
  });
});

/** As Keycloak's adapter. */
class FakeKeycloak {
  calls = [];
  authenticated = true;
  token = 'jwt';
  failure;

  async updateToken(minValidity) {
    this.calls.push(['updateToken', minValidity]);
    if (this.failure === 'refused') {
      this.authenticated = false;
    }
    if (this.failure) {
      throw new Error(this.failure);
    }
    return true;
  }

  async login(options) {
    this.calls.push(['login', options]);
  }
}

describe("the recipe for Keycloak's adapter", () => {
  it('replaces a token that is about to expire, and any token to refresh', async () => {
    const keycloak = new FakeKeycloak();
    const recipe = keycloakRecipe(keycloak, OPTIONS);

    assert.equal(await recipe.getToken({}), 'jwt');
    assert.equal(await recipe.refresh({}), 'jwt');

    assert.deepEqual(keycloak.calls, [['updateToken', 10], ['updateToken', -1]]);
  });

  it('has no token while nobody is signed in', async () => {
    const keycloak = new FakeKeycloak();
    keycloak.authenticated = false;

    assert.equal(await keycloakRecipe(keycloak, OPTIONS).getToken({}), undefined);
  });

  it('takes a refused refresh for the end, and a broken network for a failure', async () => {
    const keycloak = new FakeKeycloak();
    const recipe = keycloakRecipe(keycloak, OPTIONS);
    keycloak.failure = 'unreachable';
    await assert.rejects(recipe.refresh({}), ({ error }) => error === undefined);
    keycloak.failure = 'refused';
    await assert.rejects(recipe.refresh({}), ({ error }) => error === 'invalid_grant');
  });

  it('signs in again with consent for all scopes', async () => {
    const keycloak = new FakeKeycloak();

    await keycloakRecipe(keycloak, OPTIONS).consent(ASK);

    assert.deepEqual(keycloak.calls, [
      ['login', { redirectUri: 'https://app.example.test/back', prompt: 'consent', scope: 'read:report export:report' }],
    ]);
  });

  for (const recipe of [auth0Recipe, keycloakRecipe]) {
    it(`sends nobody away unasked (${recipe.name})`, async () => {
      assert.throws(() => recipe({}, { redirectUri: 'x' }), /confirm is missing/);
      const client = recipe === auth0Recipe ? new FakeAuth0Client('org_1') : new FakeKeycloak();
      await recipe(client, { ...OPTIONS, confirm: () => false }).consent(ASK);
      assert.deepEqual(client.calls, []);
    });
  }
});
