import { fingerprint } from './scope-guard.js';
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
    async refresh({ hint, ...target }) {
      // Each tab has a cache of its own. @logto/browser can load what another tab has stored; useLogto() hides that.
      await client.loadAccessTokenMap?.();
      const stored = await getToken(target);
      if (stored && (await fingerprint(stored)) !== hint.token) {
        return stored;
      }
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

/**
 * @template {new (...args: any[]) => any} C
 * @param {C} LogtoClient
 * @returns {C}
 */
export function withSharedTokens(LogtoClient) {
  return class extends LogtoClient {
    constructor(...args) {
      super(...args);
      const { getAccessToken } = this;
      this.getAccessToken = async (...target) => {
        await this.loadAccessTokenMap();
        return getAccessToken.apply(this, target);
      };
    }
  };
}
