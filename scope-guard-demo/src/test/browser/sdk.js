/* Applications of users, on an origin of their own, with Logto's real SDKs and the package from its tarball. */

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { LIMIT, allow, operate, passSignIn, pause, profile, refreshes, reset, role, serve, until } from './support.js';

const REPORT = { method: 'POST', body: '{"title":"Q3"}', headers: { 'Content-Type': 'application/json' }, repeatable: true };

for (const script of ['browser.js', 'react.js']) {
  describe(`an application with ${script === 'react.js' ? '@logto/react' : '@logto/browser'}`, LIMIT, () => {
    let site;
    let user;
    let page;

    before(async () => (site = await serve(script)));
    after(() => site.close());

    beforeEach(async () => {
      await reset();
      user = await profile();
      page = await user.context.newPage();
      await page.goto(site.origin);
      await page.waitForSelector('[data-state="signed-out"]', { state: 'attached' });
      await page.evaluate(() => window.signIn());
      await passSignIn(page, 'alice');
      await page.waitForSelector('[data-state="signed-in"]', { state: 'attached' });
    });
    afterEach(async () => {
      await user.context.close();
      assert.deepEqual(user.complaints, []);
    });

    const call = (path, init, where = page) => where.evaluate(([p, i]) => window.call(p, i), [path, init]);
    const seen = (name) => page.evaluate((each) => window.seen[each], name);

    it('refreshes once for two tabs after a demotion, and then is silent', async () => {
      assert.equal((await call('reports', REPORT)).status, 201);
      const other = await user.context.newPage();
      await other.goto(site.origin);
      await other.waitForSelector('[data-state="signed-in"]', { state: 'attached' });
      await call('reports', {}, other);
      const before = refreshes(user).length;
      await role('alice', 'member');

      const [hinted] = await Promise.all(
        [page, other].map((tab) => until(() => call('reports', {}, tab), ({ drift }) => drift !== null)),
      );
      await Promise.all([page, other].map((tab) => until(() => call('reports', {}, tab), ({ drift }) => drift === null)));
      await pause(300);

      assert.match(hinted.drift, /^action=refresh, demoted=\(/, 'readable from another origin');
      const refused = await call('reports', REPORT);
      assert.equal(refused.status, 403);
      assert.match(refused.challenge, /insufficient_scope/, 'readable from another origin');
      assert.equal(refreshes(user).length - before, 1);
      assert.deepEqual([await seen('ends'), await seen('errors')], [[], []]);
    });

    it('gets a new scope by consent, and keeps one guard', async () => {
      await call('reports');
      await operate('POST', '/scopes', { name: 'export:report', role: 'admin' });
      // The page goes away while it waits for the answer.
      await until(() => call('reports/export').catch(() => null), (answer) => answer === null || answer.drift !== null);

      await allow(page);
      await page.waitForSelector('[data-state="signed-in"]', { state: 'attached' });

      assert.equal((await call('reports/export')).status, 200);
      if (script === 'react.js') {
        assert.ok((await seen('renders')) > 2);
        assert.equal(await page.evaluate(() => window.seen.guards.size), 1);
      }
    });
  });
}
