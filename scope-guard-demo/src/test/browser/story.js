/* The page, as a visitor sees it: the whole story in a real browser. */

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { Film } from './film.js';
import { LIMIT, PAGE, allow, passSignIn, pause, profile, refreshes, reset } from './support.js';

const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const DESKTOP = { width: 1280, height: 860 };
const PHONE = { width: 390, height: 844 };

/** What axe found, for the table at the end. */
const figures = [];

describe('the page', LIMIT, () => {
  let visitor;
  let page;

  before(() => mkdirSync('screenshots', { recursive: true }));
  after(() => console.log(`axe-core, WCAG and best practices\n${figures.join('\n')}`));

  beforeEach(async () => {
    await reset();
    visitor = await profile();
    page = await visitor.context.newPage();
    await page.goto(PAGE);
  });
  afterEach(async () => {
    await visitor.context.close();
    assert.deepEqual(visitor.complaints, []);
    assert.deepEqual(foreign(), [], 'nothing is loaded from elsewhere');
  });

  it('tells the story: granted, refused although the token says yes, agreed again, promoted, consented', async () => {
    const film = Film.of(page);
    await accessible('signed out');
    await signIn('alice');
    await operation('create', 'open');
    await call('create', 201);
    await film.frame();

    const release = await holdTokens();
    await operator('alice demote');
    await operation('create', 'locked');
    assert.match(await page.innerText('tr[data-scope="write:report"]'), /demoted\s+✓ yes\s+no\s+no/);
    await film.frame();
    await call('create', 403);
    await film.frame();
    await shots('refused');
    await release();
    await agreed(1);
    assert.equal(await page.isVisible('#sign-in'), false, 'nobody had to sign in');
    assert.match(await page.innerText('tr[data-scope="write:report"]'), /\s+no\s+no\s+no/);
    await film.frame();

    await operator('alice promote');
    await agreed(2);
    await operation('create', 'open');
    assert.equal(refreshes(visitor).length, 3, 'one token at first, one after each change');
    await film.frame();

    await page.click('#add-scope');
    await page.waitForSelector('#consent[open]');
    await accessible('asked for consent');
    await film.frame();
    await page.click('#consent button.primary');
    await page.waitForSelector('text=export:report');
    await film.frame();
    await allow(page);
    await operation('export', 'open');
    await call('export', 200);
    await film.frame();
    film.save('screenshots/story.gif');

    const sent = visitor.requests.length;
    await pause(1000);
    const later = visitor.requests.slice(sent).filter(({ url }) => !url.endsWith('/me'));
    assert.deepEqual(later, [], 'once all agree, the client sends nothing; the page itself may look');
  });

  it('signs a suspended user out by itself', async () => {
    await signIn('bob');
    await operation('list', 'open');
    await operator('bob suspend');

    await page.waitForSelector('#sign-in:not([hidden])');

    assert.match(await page.innerText('#notice'), /suspended/);
  });

  it('says so when the user is no longer a member', async () => {
    await signIn('bob');
    await operation('list', 'open');
    await operator('bob remove');

    await page.waitForSelector('#notice:not([hidden])');

    assert.match(await page.innerText('#notice'), /no longer a member of Acme/);
  });

  it('opens what a user has paid for, without another token, and closes it after a refund', async (test) => {
    await signIn('bob');
    await page.waitForSelector('[data-key="bob suspend"]');
    if (!(await page.isVisible('[data-key="bob buy"]'))) {
      test.skip('this demo has no shop');
      return;
    }
    await operation('insights', 'locked');
    await call('insights', 403);
    assert.match(await page.innerText('#response .meaning'), /needs the role paid-tier/);
    const before = refreshes(visitor).length;

    await operator('bob buy');
    await operation('insights', 'open');
    await call('insights', 200);
    await operator('bob refund');
    await operation('insights', 'locked');
    await call('insights', 403);

    assert.equal(refreshes(visitor).length, before);
  });

  it('refreshes once for two tabs', async () => {
    await signIn('alice');
    await operation('create', 'open');
    const other = await visitor.context.newPage();
    await other.goto(PAGE);
    await other.waitForSelector('[data-key=create][data-state=open]');
    const before = refreshes(visitor).length;
    await operator('alice demote');

    await Promise.all([page, other].map(lostTheReport));
    await pause(300);

    assert.equal(refreshes(visitor).length - before, 1);
  });

  it('shows what happens to a client that does not obey', async () => {
    await signIn('alice');
    await operation('create', 'open');
    await page.click('#obey');
    await operator('alice demote');
    await operation('create', 'locked');
    await call('create', 403);
    await page.click('[data-key=list]');
    await page.waitForSelector('#response .status b:text-is("200")');
    await call('create', 403);

    assert.match(await page.innerText('#response .meaning'), /although the token still says write:report/);
    await page.click('#obey');
    await agreed(1);
  });

  it('works with a keyboard alone', async () => {
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the demo');
    await tabTo('[data-user=alice]');
    await page.keyboard.press('Enter');
    await passSignIn(page, 'alice');
    await operation('create', 'open');
    await tabTo('[data-key=create]');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#response .status b:text-is("201")');
    assert.equal(await page.evaluate(() => document.activeElement.dataset.key), 'create', 'the focus stays where it was');
  });

  async function signIn(user) {
    await page.click(`[data-user=${user}]`);
    await passSignIn(page, user);
    await page.waitForSelector('#demo:not([hidden])');
  }

  function operation(name, state) {
    return page.waitForSelector(`[data-key=${name}][data-state=${state}]`);
  }

  async function call(name, status) {
    await page.click(`[data-key=${name}]`);
    await page.waitForSelector(`#response .status b:text-is("${status}")`);
  }

  function operator(key) {
    return page.click(`[data-key="${key}"]`);
  }

  function agreed(times) {
    return page.waitForFunction(
      (wanted) => [...document.querySelectorAll('#timeline li')].filter((item) => item.textContent.includes('agree again')).length >= wanted,
      times,
    );
  }

  /** Until it is released, the wait before a refresh does not end: the client keeps its token. */
  async function holdTokens() {
    await page.evaluate(() => {
      const { setTimeout } = window;
      const held = [];
      window.setTimeout = (work, delay = 0, ...values) =>
        delay >= 1000 && delay < 30_000 ? (held.push(work), 0) : setTimeout(work, delay, ...values);
      window.release = () => {
        window.setTimeout = setTimeout;
        held.forEach((work) => work());
      };
    });
    return () => page.evaluate(() => window.release());
  }

  /** The token of this tab is without the right, and so is the truth. */
  function lostTheReport(tab) {
    return tab.waitForFunction(() => /\sno\s+no\s+no/.test(document.querySelector('tr[data-scope="write:report"]')?.innerText));
  }

  async function tabTo(selector) {
    for (let presses = 0; presses < 40; presses++) {
      if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) {
        return;
      }
      await page.keyboard.press('Tab');
    }
    assert.fail(`${selector} cannot be reached with the keyboard`);
  }

  /** As the README shows it, and looked at by axe in both colour schemes and on a phone, where nothing may overflow. */
  async function shots(name) {
    await fits('a desktop');
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await accessible(`${name}, ${colorScheme}`);
      await page.screenshot({ path: `screenshots/${name}-${colorScheme}.png` });
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize(PHONE);
    await fits('a phone');
    await accessible(`${name}, phone`);
    await page.screenshot({ path: `screenshots/${name}-phone.png`, fullPage: true });
    await page.setViewportSize(DESKTOP);
  }

  async function fits(where) {
    const wide = await page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll('.card')].filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.className));
    assert.deepEqual(wide, [], `nothing overflows on ${where}`);
  }

  async function accessible(what) {
    await page.evaluate(AXE);
    const { violations, passes } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
    figures.push(`  ${what.padEnd(20)} ${violations.length} violations, ${passes.length} rules passed`);
    assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), [], what);
  }

  function foreign() {
    return visitor.requests.map(({ url }) => new URL(url)).filter(({ hostname }) => !['127.0.0.1', 'localhost'].includes(hostname)).map(String);
  }
});
