// The server of the documentation: an agent discovers the provider, signs in, calls tools, and steps up.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Agent, stage } from './agent.js';

const ENDPOINT = new URL('https://mcp.example.com/mcp');

/** The public address leads to the server in this test. */
const agent = new Agent(ENDPOINT, 'acme', (url, init) =>
  fetch(String(url).replace('https://mcp.example.com', process.env.SERVER), init));
const { requests } = agent;
let connected;

const call = (name, organizationId) => connected.client.callTool({ name, arguments: { organizationId } });
const text = (result) => result.content[0].text;

after(() => connected?.client.close());

test('discovers the provider and signs in', async () => {
  const first = agent.client();
  await assert.rejects(first.connect(), UnauthorizedError);
  await agent.finish(first.transport);

  assert.equal(requests[0].status, 401);
  assert.match(requests[0].challenge, /resource_metadata="https:\/\/mcp\.example\.com\/\.well-known\/oauth-protected-resource\/mcp"/);
  assert.equal(requests[1].url, 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp');
  assert.deepEqual(agent.asked, [{ scope: 'delete:report read:report', resource: ENDPOINT.href }]);
  connected = agent.client();
  await connected.connect();
});

test('sees what the user could call', async () => {
  const { tools } = await connected.client.listTools();
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
  await agent.finish(connected.transport);

  assert.equal(agent.asked.at(-1).scope, 'delete:report read:report');
  assert.equal(text(await call('delete_reports', 'acme')), 'deleted');
});

test('loses a tool between two calls', async () => {
  await stage('demote');
  await assert.rejects(call('delete_reports', 'acme'), (error) => error.code === 403);
  assert.equal(text(await call('list_reports', 'acme')), '');
});
