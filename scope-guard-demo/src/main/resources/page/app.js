/* The page: a client of the API, an operator beside it, and what happens between them. */

import { createScopeGuard } from '/client/scope-guard.js';
import { followSignals } from '/client/signals.js';
import { byId, capitalized, h, listed, render } from './dom.js';
import { drift, responseView } from './explain.js';
import { OperatorPanel } from './operator.js';
import { OPERATIONS, pathOf, stateOf, targetOf } from './operations.js';
import { Session } from './session.js';
import { clearTimeline, note, showTimeline } from './timeline.js';

const ASKED = 'demo:asked:';
const ORGANIZATION = 'demo:organization';
const NOTICE = 'demo:notice';

/** How long to look for a change that no signal reports. */
const LONGEST_LOOK_MS = 180_000;

const settings = await (await fetch('/page/settings')).json();
const session = new Session(settings);
const operator = new OperatorPanel(changed);
const guard = createScopeGuard({
  getToken: (target) => session.token(target),
  refresh,
  consent,
  onRefresh: refreshed,
  onEnd: ended,
  onError: ({ error }) => note('client', `That failed: ${error.message}`),
  environment: { storage: askedStorage() },
});

/** What the API said last about each kind of token. */
const standings = new Map();

/** Which look at each kind of token was the latest to be answered: an answer that comes late must not overwrite it. */
const latest = new Map();
let looks = 0;

/** The kinds of token that did not match the truth when it was last known. */
const disagreeing = new Set();

let organization;
let shown;
let follower;
let newest;
let reached = 1;
let isFinished = false;

showTimeline();
await start();

async function start() {
  try {
    if (await session.complete()) {
      note('client', `Signed in as ${session.user.name}`, `asked for ${session.user.scopes.join(' ')}`);
    }
  } catch (error) {
    notify(error.message);
  }
  byId('sign-out').addEventListener('click', signOut);
  byId('obey').addEventListener('change', obeyChanged);
  document.querySelectorAll('[data-user]').forEach((button) =>
    button.addEventListener('click', () => session.signIn({ hint: button.dataset.user })));
  addEventListener('storage', ({ key }) => key === 'demo:session' && sessionChanged());
  showNotice();
  show();
}

function show() {
  const { user } = session;
  byId('sign-in').hidden = user !== null;
  byId('demo').hidden = user === null;
  if (user === null) {
    follower?.close();
    step(1);
    return;
  }
  byId('who').textContent = `Signed in as ${user.name}`;
  const chosen = sessionStorage.getItem(ORGANIZATION);
  choose(user.organizations.includes(chosen) ? chosen : user.organizations[0]);
  step(2);
}

function choose(id) {
  organization = id;
  follower?.close();
  renderOrganizations();
  operator.show(organization ?? 'acme').then(() => organization && renderOperations());
  if (organization === undefined) {
    render(byId('operations'), h('p', {}, 'You are in no organization any more. As the operator, add yourself to one, and sign in again.'));
    return;
  }
  sessionStorage.setItem(ORGANIZATION, organization);
  shown = { organization };
  renderOperations();
  renderTruth();
  follow();
}

// ------------------------------------------------------------------------------------------------------------ The client

function follow() {
  const target = { organization };
  follower = followSignals(guard, '/scope-guard/signals', {
    ...target,
    onPermissions: () => lookUntilKnown(target),
    onEnd: (reason) => streamEnded(target, reason),
  });
}

function learned(target, standing) {
  const before = standings.get(keyOf(target));
  standings.set(keyOf(target), standing);
  const news = [
    changes(before, standing, 'demoted', 'no longer holds'),
    changes(before, standing, 'promoted', 'now holds'),
    changes(before, standing, 'new', 'now holds, new at the provider:'),
  ].filter(Boolean).join('; ');
  if (news) {
    note('signal', `Signal: ${session.user?.name ?? 'the user'} ${news}`);
  }
  renderOperations();
  renderTruth();
  if (!isAgreed(standing)) {
    disagreeing.add(keyOf(target));
  } else if (standing.live_scopes && disagreeing.delete(keyOf(target))) {
    note('signal', 'Token and truth agree again');
    step(4, true);
  }
}

function changes(before, standing, kind, verb) {
  const fresh = standing.drift[kind].filter((scope) => !before?.drift[kind].includes(scope));
  return fresh.length > 0 && `${verb} ${listed(fresh)}`;
}

function isAgreed({ drift: { demoted, promoted, new: introduced } }) {
  return demoted.length + promoted.length + introduced.length === 0;
}

function streamEnded(target, reason) {
  if (reason === 'suspended') {
    leave('Your account is suspended: the API ended the stream, and you are signed out.');
  } else if (reason === 'not-a-member') {
    note('signal', `Signal: no longer a member of ${capitalized(target.organization)}`);
  } else if (reason === 'replaced') {
    notify('Another tab of yours follows the signals now. Reload to follow them here.');
  }
}

async function call(operation) {
  const target = targetOf(operation, organization, settings.resource);
  const path = pathOf(operation, organization, newest ?? 0);
  try {
    const response = await send(operation, target, path);
    const body = await response.text();
    remember(operation, response, body);
    shown = target;
    await look(target);
    render(byId('response'), ...responseView({ operation, path, response, body, standing: standings.get(keyOf(target)) }));
    said(operation, path, response);
  } catch (error) {
    note('client', `${operation.name}: ${error.message}`);
  }
}

/** With the guard, or as a client that knows nothing of the header. */
async function send(operation, target, path) {
  const init = {
    method: operation.method,
    ...(operation.body && { body: JSON.stringify(operation.body()), headers: { 'Content-Type': 'application/json' } }),
  };
  if (byId('obey').checked) {
    return guard.fetch(path, { ...init, ...target });
  }
  const token = await session.token(target);
  return fetch(path, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } });
}

/** Right after a token was issued, the guard relies on the token alone, until it has read the live permissions. */
async function lookUntilKnown(target) {
  for (let standing = await look(target); standing && !standing.live_scopes; standing = await look(target)) {
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Shows what the guard knows about this kind of token now, and resolves to that. */
async function look(target) {
  const look = ++looks;
  const token = await session.token(target).catch(() => undefined);
  const response = token && await fetch('/me', { headers: { Authorization: `Bearer ${token}` } });
  if (response?.ok) {
    const standing = await response.json();
    if (look > (latest.get(keyOf(target)) ?? 0)) {
      latest.set(keyOf(target), look);
      learned(target, standing);
    }
    return standing;
  }
}

function remember(operation, response, body) {
  if (operation.id === 'create' && response.ok) {
    newest = JSON.parse(body).id;
  } else if (operation.id === 'list' && response.ok) {
    newest = JSON.parse(body).at(-1)?.id;
  }
}

function said(operation, path, response) {
  note(response.ok ? 'granted' : 'refused', `${response.status} ${operation.name}`, `${operation.method} ${path}`);
  const hint = response.headers.get('Scope-Drift');
  if (hint) {
    note('signal', drift(hint));
  }
  step(response.ok ? 3 : 4);
}

async function refresh({ hint, ...target }) {
  say('Getting another token with the refresh token…');
  const token = await session.token(target, { isNew: true });
  note('client', 'Client: got another token, silently', 'grant_type=refresh_token');
  say('');
  return token;
}

/** The stream is about the old token. */
function refreshed(target) {
  if (target.resource) {
    look(target);
  } else {
    follower?.reopen();
  }
}

/** Asks the user, and then signs in again for the scopes of before and the new ones. */
async function consent({ scopes }) {
  if (!byId('obey').checked) {
    return;
  }
  byId('consent-scopes').textContent = listed(scopes);
  const dialog = byId('consent');
  dialog.returnValue = 'no';
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  if (dialog.returnValue === 'yes') {
    note('client', 'Client: signing in again, with consent', `prompt=consent for ${scopes.join(' ')}`);
    await session.signIn({ hint: session.user.id, scopes: [...new Set([...session.user.scopes, ...scopes])] });
  }
}

function ended({ reason, organization: lost }) {
  if (reason === 'invalid_grant') {
    leave('Your session is over: the provider issues no more tokens.');
  } else {
    notify(`You are no longer a member of ${capitalized(lost)}.`);
    standings.delete(keyOf({ organization: lost }));
    note('client', `Client: no token for ${capitalized(lost)} any more`, 'access_denied');
    renderOperations();
    renderTruth();
  }
}

function leave(reason) {
  note('client', reason);
  sessionStorage.setItem(NOTICE, reason);
  session.forget();
  standings.clear();
  disagreeing.clear();
  showNotice();
  show();
}

function signOut() {
  sessionStorage.clear();
  clearTimeline();
  session.signOut();
}

/** Another tab refreshed, signed in or signed out. */
function sessionChanged() {
  if (session.user === null || byId('demo').hidden) {
    show();
  } else {
    follower?.reopen();
  }
}

function changed(path) {
  if (path === '/operator/reset' || path === '/operator/scopes') {
    Object.keys(sessionStorage).filter((key) => key.startsWith(ASKED)).forEach((key) => sessionStorage.removeItem(key));
  }
  step(4);
  if (path.startsWith('/shop/')) {
    lookForRoles({ organization }, standings.get(keyOf({ organization }))?.roles.length);
  }
}

/** No signal reports a role that tokens do not carry: looks until the guard has read the roles again. */
async function lookForRoles(target, before) {
  const end = Date.now() + LONGEST_LOOK_MS;
  while ((await look(target))?.roles.length === before && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function obeyChanged({ target: { checked } }) {
  note('client', checked ? 'Client: obeys the Scope-Drift header' : 'Client: ignores the Scope-Drift header');
  if (checked) {
    follow();
  } else {
    follower?.close();
    poll();
  }
}

/** A client that ignores the header still shows the truth beside its token: this page asks for it. */
async function poll() {
  const target = { organization };
  while (!byId('obey').checked && session.user && organization === target.organization) {
    await look(target);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

// -------------------------------------------------------------------------------------------------------------- The view

function renderOrganizations() {
  render(byId('organizations'), ...session.user.organizations.map((id) =>
    h('label', {},
      h('input', { type: 'radio', name: 'organization', value: id, checked: id === organization, 'data-key': id, onchange: () => choose(id) }),
      capitalized(id))));
}

function renderOperations() {
  render(byId('operations'), ...OPERATIONS.filter(({ role }) => !role || operator.hasShop).map((operation) => {
    const target = targetOf(operation, organization, settings.resource);
    const { state, reason } = stateOf(operation, standings.get(keyOf(target)));
    return h('button', { type: 'button', class: `operation ${state}`, 'data-key': operation.id, 'data-state': state, onclick: () => call(operation) },
      h('span', {}, operation.name),
      h('span', { class: 'mono' }, `${operation.method} ${operation.absolute ?? `…/${operation.path}`} · ${operation.scope}`),
      h('span', { class: 'state' }, reason));
  }));
}

function renderTruth() {
  const standing = standings.get(keyOf(shown));
  const claims = session.held(shown);
  const inToken = standing?.token_scopes ?? claims?.scope?.split(' ').filter(Boolean) ?? [];
  const live = standing?.live_scopes;
  const scopes = [...new Set([...inToken, ...(live ?? []), ...declared(shown)])];
  byId('truth-caption').textContent = captionOf(shown);
  byId('token-note').textContent = claims ? `issued ${new Date(claims.iat * 1000).toLocaleTimeString('en-GB')}, valid for ${Math.round((claims.exp - claims.iat) / 60)} min` : '';
  render(byId('truth'), ...scopes.map((scope) => row(scope, inToken, live, standing)));
}

function declared({ resource }) {
  return OPERATIONS.filter(({ ofResource = false }) => ofResource === (resource !== undefined)).map(({ scope }) => scope);
}

function captionOf({ organization: id, resource }) {
  const kind = resource ? `Token for the API ${resource}` : 'Organization token';
  return id ? `${kind}, for ${capitalized(id)}` : `${kind}, for no organization`;
}

function row(scope, inToken, live, standing) {
  const kind = ['demoted', 'promoted', 'new'].find((each) => standing?.drift[each].includes(scope));
  return h('tr', { class: kind ?? false, 'data-scope': scope },
    h('th', { scope: 'row' }, h('span', { class: 'mono' }, scope), kind && h('span', { class: 'tag' }, kind)),
    cell(inToken.includes(scope)),
    cell(live?.includes(scope)),
    cell(standing?.effective_scopes.includes(scope)));
}

function cell(value) {
  return value === undefined
    ? h('td', { class: 'no' }, 'checking…')
    : h('td', { class: value ? 'yes' : 'no' }, value ? '✓ yes' : 'no');
}

function say(text) {
  byId('client-state').textContent = text;
}

function notify(text) {
  byId('notice').textContent = text;
  byId('notice').hidden = false;
}

function showNotice() {
  const text = sessionStorage.getItem(NOTICE);
  sessionStorage.removeItem(NOTICE);
  if (text) {
    notify(text);
  }
}

/** Highlights a step of the walk, and never an earlier one than before, but for a new sign-in. */
function step(number, isDone = false) {
  reached = number === 1 || isDone ? number : Math.max(reached, number);
  isFinished = number !== 1 && (isDone || isFinished);
  document.querySelectorAll('.steps li').forEach((item, index) => {
    item.classList.toggle('done', index + 1 < reached || isFinished);
    item.removeAttribute('aria-current');
    if (index + 1 === reached && !isFinished) {
      item.setAttribute('aria-current', 'step');
    }
  });
}

function keyOf({ organization: id = '', resource = '' }) {
  return `${id} ${resource}`;
}

/** Session storage under a prefix of our own, so that a change by the operator may be asked about anew. */
function askedStorage() {
  return {
    getItem: (key) => sessionStorage.getItem(ASKED + key),
    setItem: (key, value) => sessionStorage.setItem(ASKED + key, value),
  };
}
