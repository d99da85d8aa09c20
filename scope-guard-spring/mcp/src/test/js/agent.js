// An agent with the SDK of the protocol. A person at the provider's pages and an operator are played by the test: the stage.
import assert from 'node:assert/strict';
import { auth } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const CALLBACK = 'http://127.0.0.1:39090/callback';

/** Tells the test to do something: to go through the provider's pages, or to change the user's roles. */
export async function stage(action, body = '') {
  const response = await fetch(`${process.env.STAGE}/${action}`, { method: 'POST', body });
  assert.equal(response.status, 200, action);
  return response.text();
}

/** A client that was registered with the provider before. After the sign-in it asks for a token of its organization. */
export class Agent {
  asked = [];
  requests = [];
  callback;
  #endpoint;
  #organization;
  #fetch;
  #tokens;
  #verifier;

  /** @param fetchFn reaches the server */
  constructor(endpoint, organization, fetchFn = fetch) {
    this.#endpoint = endpoint;
    this.#organization = organization;
    this.#fetch = fetchFn;
  }

  get redirectUrl() {
    return CALLBACK;
  }

  get clientMetadata() {
    return { client_name: 'Agent', redirect_uris: [CALLBACK], token_endpoint_auth_method: 'none' };
  }

  clientInformation() {
    return { client_id: 'demo-web' };
  }

  tokens() {
    return this.#tokens;
  }

  saveTokens(tokens) {
    this.#tokens = tokens;
  }

  saveCodeVerifier(verifier) {
    this.#verifier = verifier;
  }

  codeVerifier() {
    return this.#verifier;
  }

  addClientAuthentication = (headers, params) => {
    params.set('client_id', 'demo-web');
    if (params.get('grant_type') === 'refresh_token') {
      params.set('organization_id', this.#organization);
    }
  };

  async redirectToAuthorization(url) {
    this.asked.push({ scope: url.searchParams.get('scope').split(' ').sort().join(' '), resource: url.searchParams.get('resource') });
    url.searchParams.set('scope', `${url.searchParams.get('scope')} offline_access urn:logto:scope:organizations`);
    url.searchParams.set('prompt', 'consent');
    this.callback = new URL(await stage('visit', url.href));
  }

  /** The next challenge is answered by a sign-in, not by a refresh. */
  forgetRefreshToken() {
    delete this.#tokens.refresh_token;
  }

  reach = async (url, init) => {
    const response = await this.#fetch(url, init);
    this.requests.push({ url: String(url), status: response.status, challenge: response.headers.get('www-authenticate') ?? '' });
    return response;
  };

  /** A client of the server, not connected yet. */
  client() {
    const transport = new StreamableHTTPClientTransport(this.#endpoint, { authProvider: this, fetch: this.reach });
    const client = new Client({ name: 'agent', version: '1.0.0' });
    return { client, transport, connect: () => client.connect(transport) };
  }

  /** Redeems the code, and gets a token of the organization with the refresh token. */
  async finish(transport) {
    await transport.finishAuth(this.callback.searchParams.get('code'));
    assert.equal(await auth(this, { serverUrl: this.#endpoint, fetchFn: this.reach }), 'AUTHORIZED');
  }
}
