// An agent with the SDK of the protocol: it discovers the provider, signs in, calls tools, and steps up.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { auth, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const { SERVER, STAGE } = process.env;
const ENDPOINT = new URL('https://mcp.example.com/mcp');
const CALLBACK = 'http://127.0.0.1:39090/callback';
const requests = [];

/** The public address leads to the server in this test. */
async function reach(url, init) {
  const address = String(url).replace('https://mcp.example.com', SERVER);
  const response = await fetch(address, init);
  requests.push({ url: String(url), status: response.status, challenge: response.headers.get('www-authenticate') ?? '' });
  return response;
}

/** Tells the test to do something: to go through the provider's pages, or to change the user's roles. */
async function stage(action, body = '') {
  const response = await fetch(`${STAGE}/${action}`, { method: 'POST', body });
  assert.equal(response.status, 200, action);
  return response.text();
}

/** A client that was registered with the provider before. After the sign-in it asks for a token of its organization. */
class Agent {
  asked = [];
  callback;
  #tokens;
  #verifier;

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
      params.set('organization_id', 'acme');
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
}

const agent = new Agent();
let client;

async function connect() {
  const transport = new StreamableHTTPClientTransport(ENDPOINT, { authProvider: agent, fetch: reach });
  const connected = new Client({ name: 'agent', version: '1.0.0' });
  await connected.connect(transport);
  return { connected, transport };
}

/** Redeems the code, and gets a token of the organization with the refresh token. */
async function finish(transport) {
  await transport.finishAuth(agent.callback.searchParams.get('code'));
  assert.equal(await auth(agent, { serverUrl: ENDPOINT, fetchFn: reach }), 'AUTHORIZED');
}

const call = (name, organizationId) => client.connected.callTool({ name, arguments: { organizationId } });
const text = (result) => result.content[0].text;

after(() => client?.connected.close());

test('discovers the provider and signs in', async () => {
  const transport = new StreamableHTTPClientTransport(ENDPOINT, { authProvider: agent, fetch: reach });
  const first = new Client({ name: 'agent', version: '1.0.0' });
  await assert.rejects(first.connect(transport), UnauthorizedError);
  await finish(transport);

  assert.equal(requests[0].status, 401);
  assert.match(requests[0].challenge, /resource_metadata="https:\/\/mcp\.example\.com\/\.well-known\/oauth-protected-resource\/mcp"/);
  assert.equal(requests[1].url, 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp');
  assert.deepEqual(agent.asked, [{ scope: 'delete:report read:report', resource: ENDPOINT.href }]);
  client = await connect();
});

test('sees what the user could call', async () => {
  const { tools } = await client.connected.listTools();
  assert.deepEqual(tools.map((tool) => tool.name).sort(), ['describe_access', 'list_reports']);
});

test('calls a tool', async () => {
  assert.equal(text(await call('list_reports', 'acme')), 'Q3, Q4');
});

test('is refused for another organization', async () => {
  await assert.rejects(call('list_reports', 'globex'), (error) => error.code === 403);
});

test('steps up to a second tool', async () => {
  await stage('promote');
  agent.forgetRefreshToken();
  await assert.rejects(call('delete_reports', 'acme'), UnauthorizedError);
  assert.ok(requests.some(({ status, challenge }) => status === 403 && challenge.includes('scope="delete:report read:report"')));
  await finish(client.transport);

  assert.equal(agent.asked.at(-1).scope, 'delete:report read:report');
  assert.equal(text(await call('delete_reports', 'acme')), 'deleted');
});

test('loses a tool between two calls', async () => {
  await stage('demote');
  await assert.rejects(call('delete_reports', 'acme'), (error) => error.code === 403);
  assert.equal(text(await call('list_reports', 'acme')), '');
});
