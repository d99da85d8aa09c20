/* What happened, with times. Kept across the redirects of a sign-in. */

import { byId, h } from './dom.js';

const KEY = 'demo:timeline';
const MOST = 60;
const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** Adds an entry; `kind` is `client`, `signal`, `operator`, `granted` or `refused`. */
export function note(kind, text, detail) {
  const entry = { at: Date.now(), kind, text, detail };
  sessionStorage.setItem(KEY, JSON.stringify([...entries(), entry].slice(-MOST)));
  show(entry);
}

export function showTimeline() {
  byId('timeline').replaceChildren();
  entries().forEach(show);
}

export function clearTimeline() {
  sessionStorage.removeItem(KEY);
}

function entries() {
  return JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
}

function show({ at, kind, text, detail }) {
  byId('timeline').prepend(
    h('li', { class: kind },
      h('time', { datetime: new Date(at).toISOString() }, TIME.format(at)),
      h('span', {}, text),
      detail && h('span', { class: 'mono' }, detail)));
}
