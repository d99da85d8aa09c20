/* What both applications are configured with. */

export const settings = await (await fetch('/settings.json')).json();

export const scopes = [
  'urn:logto:scope:organizations',
  'read:report',
  'write:report',
  'delete:report',
  'invite:member',
  'export:report',
];

export const redirectUri = `${location.origin}/callback`;

/** What the test looks at. */
export const seen = (window.seen = { ends: [], errors: [], asks: [], guards: new Set(), renders: 0 });

export const recipe = {
  redirectUri,
  scopes,
  confirm: (ask) => {
    seen.asks.push(ask.scopes);
    return true;
  },
};

export const options = {
  origins: [settings.api],
  onEnd: ({ reason }) => seen.ends.push(reason),
  onError: ({ error }) => seen.errors.push(String(error)),
};

/** Sends a request and reports what a page on another origin can read of the answer. */
export async function call(guard, path, init = {}) {
  const response = await guard.fetch(`${settings.api}/organizations/acme/${path}`, { organization: 'acme', ...init });
  return {
    status: response.status,
    drift: response.headers.get('Scope-Drift'),
    challenge: response.headers.get('WWW-Authenticate'),
  };
}
