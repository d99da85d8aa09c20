/* What the tests in a browser share. The Java test that runs them says where the demo is. */

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

export const { API, PROVIDER, CHROMIUM } = process.env;
export const PAGE = API.replace('localhost', '127.0.0.1');

/** Machines under load are slow; nothing waits this long otherwise. */
export const PATIENCE_MS = 180_000;
export const LIMIT = { timeout: 480_000 };

const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
];

let browser;

function launch() {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: CHROMIUM, args: [...sandbox, ...QUIET], timeout: PATIENCE_MS });
}

export async function closeBrowser() {
  await (await browser)?.close();
}

/** A browser profile of its own, which records what its pages send, and what they complain of. */
export async function profile(options = {}) {
  browser ??= launch();
  const context = await (await browser).newContext({ reducedMotion: 'reduce', viewport: { width: 1280, height: 860 }, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const requests = [];
  const complaints = [];
  context.on('request', (request) => requests.push({ method: request.method(), url: request.url(), body: request.postData() ?? '' }));
  context.on('console', (message) => isComplaint(message) && complaints.push(message.text()));
  context.on('weberror', (error) => complaints.push(String(error.error())));
  return { context, requests, complaints };
}

/** A refusal that the test provokes is no complaint, though Chromium logs it as one. */
function isComplaint(message) {
  return message.type() === 'error' && !/^Failed to load resource: .* status of 40[13]/.test(message.text());
}

export function refreshes({ requests }) {
  return requests.filter(({ url, body }) => url.endsWith('/oidc/token') && body.includes('grant_type=refresh_token'));
}

/** The provider's pages: password, then consent. */
export async function passSignIn(page, user) {
  await page.fill('#username', user);
  await page.fill('#password', 'demo');
  await page.click('main button');
  await allow(page);
}

export async function allow(page) {
  await page.click('button:text-is("Allow")');
}

/** The operator, without the panel. */
export async function operate(method, path, body = {}) {
  const response = await fetch(`${API}/operator${path}`, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.equal(response.status, 200, await response.text());
}

export const role = (user, name) => operate('PUT', `/organizations/acme/members/${user}`, { role: name });
export const reset = () => operate('POST', '/reset');

/** Serves an application of a user on an origin of its own. */
export async function serve(script) {
  const files = { '/app.js': [`site/${script}`, 'text/javascript'], '/': ['site/index.html', 'text/html'] };
  const server = createServer(async (request, response) => {
    if (request.url === '/settings.json') {
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ api: API, provider: PROVIDER }));
      return;
    }
    const [file, type] = files[request.url] ?? files['/'];
    response.setHeader('Content-Type', `${type};charset=utf-8`).end(await readFile(file));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** Repeats until the answer is as wanted: the guard reads anew once a second. */
export async function until(ask, isWanted) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) {
      return answer;
    }
    assert.ok(Date.now() < end, `never came: the last answer was ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
