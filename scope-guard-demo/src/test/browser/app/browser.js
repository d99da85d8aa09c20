/* An application with Logto's SDK for browsers. */

import LogtoClient from '@logto/browser';
import { createScopeGuard } from '@scope-guard/client';
import { logtoRecipe } from '@scope-guard/client/logto';
import { call, options, recipe, redirectUri, scopes, settings } from './settings.js';

const logto = new LogtoClient({ endpoint: settings.provider, appId: 'demo-web', scopes });
const guard = createScopeGuard({ ...logtoRecipe(logto, recipe), ...options });

window.signIn = () => logto.signIn({ redirectUri });
window.call = (path, init) => call(guard, path, init);

if (location.pathname === '/callback') {
  await logto.handleSignInCallback(location.href);
  history.replaceState(null, '', '/');
}
document.getElementById('root').dataset.state = (await logto.isAuthenticated()) ? 'signed-in' : 'signed-out';
