import { requireConfirm, sessionOver } from './recipe.js';

/** A token that expires within this many seconds is replaced before it is sent. */
const MIN_VALIDITY_SECONDS = 10;

/**
 * The callbacks for Keycloak's adapter. It has one access token for everything: no matter which organization or resource.
 *
 * @param {import('./keycloak.js').KeycloakAdapter} keycloak
 * @param {import('./keycloak.js').KeycloakRecipeOptions} options
 * @returns {Required<import('./scope-guard.js').ScopeGuardCallbacks>}
 */
export function keycloakRecipe(keycloak, { redirectUri, confirm, scopes = [] }) {
  requireConfirm(confirm);
  const token = async (minValidity) => {
    try {
      await keycloak.updateToken(minValidity);
    } catch (error) {
      // The adapter drops its tokens if Keycloak refused the refresh token, and keeps them if it could not be reached.
      throw keycloak.authenticated ? error : sessionOver(error);
    }
    return keycloak.token;
  };
  return {
    getToken: async () => (keycloak.authenticated ? token(MIN_VALIDITY_SECONDS) : undefined),
    refresh: () => token(-1),
    async consent(ask) {
      if (await confirm(ask)) {
        await keycloak.login({ redirectUri, prompt: 'consent', scope: [...new Set([...scopes, ...ask.scopes])].join(' ') });
      }
    },
  };
}
