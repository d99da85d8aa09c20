import { requireConfigured, requireConfirm } from './recipe.js';

/**
 * The callbacks for Logto's own SDK.
 *
 * @param {import('./logto.js').LogtoClient} client
 * @param {import('./logto.js').LogtoRecipeOptions} options
 * @returns {Required<import('./scope-guard.js').ScopeGuardCallbacks>}
 */
export function logtoRecipe(client, { redirectUri, confirm, scopes = client.logtoConfig?.scopes }) {
  requireConfirm(confirm);
  const getToken = ({ organization, resource }) =>
    organization !== undefined && resource === undefined
      ? client.getOrganizationToken(organization)
      : client.getAccessToken(resource, organization);
  return {
    getToken,
    async refresh(target) {
      await client.clearAccessToken();
      return getToken(target);
    },
    async consent(ask) {
      requireConfigured(ask.scopes, scopes);
      if (await confirm(ask)) {
        await client.clearAllTokens();
        await client.signIn({ redirectUri, prompt: 'consent' });
      }
    },
  };
}
