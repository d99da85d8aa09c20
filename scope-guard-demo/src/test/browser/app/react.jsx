/* An application with Logto's SDK for React. */

import LogtoClient from '@logto/browser';
import { LogtoProvider, useHandleSignInCallback, useLogto } from '@logto/react';
import { logtoRecipe, withSharedTokens } from '@scope-guard/client/logto';
import { useScopeGuard } from '@scope-guard/client/react';
import { createRoot } from 'react-dom/client';
import { call, options, recipe, redirectUri, scopes, seen, settings } from './settings.js';

function App() {
  const logto = useLogto();
  const guard = useScopeGuard({ ...logtoRecipe(logto, recipe), ...options });
  useHandleSignInCallback(() => history.replaceState(null, '', '/'));
  seen.renders++;
  seen.guards.add(guard);
  window.signIn = () => logto.signIn(redirectUri);
  window.call = (path, init) => call(guard, path, init);
  return <p data-state={logto.isAuthenticated ? 'signed-in' : 'signed-out'}>Reports</p>;
}

const SharedLogtoClient = withSharedTokens(LogtoClient);

createRoot(document.getElementById('root')).render(
  <LogtoProvider config={{ endpoint: settings.provider, appId: 'demo-web', scopes }} LogtoClientClass={SharedLogtoClient}>
    <App />
  </LogtoProvider>,
);
