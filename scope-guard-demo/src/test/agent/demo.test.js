// The demo: an agent discovers the provider, signs bob in, calls a tool, and steps up after a promotion.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Agent, stage } from './agent.js';

const { DEMO } = process.env;
const ENDPOINT = new URL(`${DEMO}/mcp`);

const agent = new Agent(ENDPOINT, 'acme');
const { requests } = agent;
let connected;

const call = (name, args) => connected.client.callTool({ name, arguments: args });
const text = (result) => result.content[0].text;
const toolNames = async () => (await connected.client.listTools()).tools.map(({ name }) => name).sort();

after(() => connected?.client.close());

test('discovers the provider and signs in', async () => {
  const first = agent.client();
  await assert.rejects(first.connect(), UnauthorizedError);
  await agent.finish(first.transport);

  assert.equal(requests[0].status, 401);
  assert.ok(requests[0].challenge.includes(`resource_metadata="${DEMO}/.well-known/oauth-protected-resource/mcp"`));
  assert.equal(requests[1].url, `${DEMO}/.well-known/oauth-protected-resource/mcp`);
  assert.deepEqual(agent.asked, [{ scope: 'delete:report read:report', resource: ENDPOINT.href }], 'only the scopes of the tools');
  connected = agent.client();
  await connected.connect();
});

test('calls a tool', async () => {
  assert.deepEqual(await toolNames(), ['list_reports']);
  assert.match(text(await call('list_reports', { organizationId: 'acme' })), /^\d+ Q3$/);
});

test('is refused for another organization', async () => {
  await assert.rejects(call('list_reports', { organizationId: 'globex' }), ({ code }) => code === 403);
});

test('steps up to a second tool', async () => {
  const [id] = text(await call('list_reports', { organizationId: 'acme' })).split(' ');
  const target = { organizationId: 'acme', id: Number(id) };
  await stage('promote');
  agent.forgetRefreshToken();
  await assert.rejects(call('delete_report', target), UnauthorizedError);
  assert.ok(requests.some(({ status, challenge }) => status === 403 && challenge.includes('scope="delete:report read:report"')));
  await agent.finish(connected.transport);

  assert.deepEqual(agent.asked.at(-1), { scope: 'delete:report read:report', resource: ENDPOINT.href });
  assert.equal(text(await call('delete_report', target)), 'deleted');
  assert.deepEqual(await toolNames(), ['delete_report', 'list_reports']);
});

test('loses a tool between two calls', async () => {
  await stage('demote');

  await assert.rejects(call('delete_report', { organizationId: 'acme', id: 1 }), ({ code }) => code === 403);
  assert.equal(text(await call('list_reports', { organizationId: 'acme' })), '');
});
