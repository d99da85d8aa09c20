/* Says in plain words what a response and its headers mean. */

import { parseScopeDrift } from '/client/scope-guard.js';
import { h, listed } from './dom.js';

/** The headers that matter, and what their values mean; one that means nothing special here is left out. */
const EXPLANATIONS = {
  'Scope-Drift': drift,
  'WWW-Authenticate': challenge,
  'Retry-After': (seconds) => `The API cannot decide right now. Try again in ${seconds} s.`,
  'Cache-Control': (value, headers) => (headers.has('Scope-Drift') && value.includes('no-store') ? 'Nothing may store this response: a cache would replay the hint.' : ''),
  'Content-Type': (value) => (value.startsWith('application/problem+json') ? 'A refusal explains itself in a problem detail (RFC 9457).' : ''),
};

/** The last response, ready to be shown. */
export function responseView({ operation, path, response, body, standing }) {
  return [
    h('p', { class: 'status' },
      h('b', { class: response.ok ? 'ok' : 'refused' }, String(response.status)),
      h('span', { class: 'mono' }, `${operation.method} ${path}`)),
    h('p', { class: 'meaning' }, meaning(operation, response, standing, body)),
    h('dl', { class: 'headers' }, ...Object.keys(EXPLANATIONS).flatMap((name) => header(name, response.headers))),
    body && h('details', {}, h('summary', {}, 'Body'), h('pre', { tabindex: '0' }, pretty(body))),
  ].filter(Boolean);
}

/** One sentence about a hint, also for the timeline. */
export function drift(value) {
  const hint = parseScopeDrift(value);
  if (!hint) {
    return '';
  }
  const changes = [
    sentence(hint.demoted, 'taken away'),
    sentence(hint.promoted, 'granted'),
    sentence(hint.new, 'new at the provider'),
  ].filter(Boolean).join('; ');
  const what = hint.action === 'refresh'
    ? 'Get another token with the refresh token'
    : 'Sign in again with consent: no refresh can bring this';
  return `${changes}. ${what}, ${hint.after === 0 ? 'right away' : `in ${hint.after} s`}.`;
}

function sentence(scopes, what) {
  const names = Array.isArray(scopes) ? listed(scopes) : `${scopes} scopes`;
  return scopes.length === 0 || scopes === 0 ? '' : `${names}: ${what}`;
}

function header(name, headers) {
  const value = headers.get(name);
  const explanation = value && EXPLANATIONS[name](value, headers);
  return explanation ? [h('dt', {}, name), h('dd', {}, h('span', { class: 'mono' }, value), h('span', {}, explanation))] : [];
}

function challenge(value) {
  if (value.includes('insufficient_scope')) {
    return value.includes('scope=')
      ? 'The token lacks the scope named here, and a better token can carry it.'
      : 'The right is missing, and no better token exists: nobody granted it.';
  }
  return 'The token is not accepted (RFC 6750).';
}

function meaning({ scope, role }, response, standing, body) {
  if (response.ok) {
    return `Granted: ${scope} is in the token, and it is true now.${role ? ` So is the role ${role}.` : ''}`;
  }
  if (body.includes(':insufficient-role"')) {
    return `Refused: this needs the role ${role}, which the user does not hold now. No token would change that.`;
  }
  if (response.status === 401) {
    return 'Refused: this token counts for nothing any more.';
  }
  if (response.status !== 403) {
    return response.status === 404 ? 'Granted, but there is nothing there.' : 'No decision, or a bad request.';
  }
  if (standing?.token_scopes.includes(scope)) {
    return standing.live_scopes?.includes(scope) === false
      ? `Refused, although the token still says ${scope}: that is no longer true.`
      : `Refused, although the token says ${scope}: it may come from some organization, which does not count here.`;
  }
  return `Refused: the token does not carry ${scope}.`;
}

function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
