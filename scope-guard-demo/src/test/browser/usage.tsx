/* Never runs: shows the compiler that the package fits the SDKs it is for. */

import { Auth0Client } from '@auth0/auth0-spa-js';
import LogtoClient from '@logto/browser';
import { LogtoProvider, useLogto } from '@logto/react';
import axios from 'axios';
import Keycloak from 'keycloak-js';
import { createScopeGuard, parseScopeDrift, type ConsentRequest, type ScopeGuard } from '@scope-guard/client';
import { auth0Recipe } from '@scope-guard/client/auth0';
import { guardAxios } from '@scope-guard/client/axios';
import { keycloakRecipe } from '@scope-guard/client/keycloak';
import { logtoRecipe, withSharedTokens } from '@scope-guard/client/logto';
import { useScopeGuard } from '@scope-guard/client/react';
import { followSignals } from '@scope-guard/client/signals';
import { guardedSocket } from '@scope-guard/client/sockets';
import { guardedEvents } from '@scope-guard/client/streams';

const options = {
  redirectUri: 'https://app.example.com/callback',
  confirm: ({ scopes, organization }: ConsentRequest) => scopes.length > 0 && organization !== undefined,
  scopes: ['read:report'],
};

export const guards: ScopeGuard[] = [
  createScopeGuard(logtoRecipe(new LogtoClient({ endpoint: 'https://abc.logto.app', appId: 'app' }), options)),
  createScopeGuard(auth0Recipe(new Auth0Client({ domain: 'abc.auth0.com', clientId: 'app' }), options)),
  createScopeGuard(keycloakRecipe(new Keycloak({ url: 'https://id.example.com', realm: 'r', clientId: 'app' }), options)),
];

export function Reports() {
  const guard = useScopeGuard({ ...logtoRecipe(useLogto(), options), origins: ['https://api.example.com'] });
  guardAxios(axios, guard);
  void axios.get('https://api.example.com/reports', { organization: 'acme', repeatable: true });
  const follower = followSignals(guard, '/scope-guard/signals', {
    organization: 'acme',
    onPermissions: ({ effective_scopes: scopes }) => scopes.includes('read:report'),
    onEnd: (reason) => reason === 'suspended',
  });
  return <button onClick={() => follower.close()}>{parseScopeDrift('')?.action}</button>;
}

export async function* progress(guard: ScopeGuard): AsyncGenerator<string, number> {
  const events = guardedEvents(guard, '/reports/progress', { organization: 'acme' });
  let next = await events.next();
  for (; !next.done; next = await events.next()) {
    yield `${next.value.event}: ${next.value.data}`;
  }
  return next.value.status;
}

export function news(guard: ScopeGuard): () => void {
  const socket = guardedSocket(
    guard,
    (token) => new WebSocket('wss://api.example.com/news', ['v1.news', `bearer.${token}`]),
    { organization: 'acme', onMessage: (data) => String(data), onEnd: ({ code, reason }) => `${code} ${reason}` },
  );
  return () => socket.close();
}

export const app = (
  <LogtoProvider config={{ endpoint: 'https://abc.logto.app', appId: 'app' }} LogtoClientClass={withSharedTokens(LogtoClient)}>
    <Reports />
  </LogtoProvider>
);

// @ts-expect-error confirm is required
logtoRecipe(new LogtoClient({ endpoint: '', appId: '' }), { redirectUri: '' });
