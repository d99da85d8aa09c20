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
      const next = await getToken(target);
      // The SDK lets a request join one that began earlier, and that may have seen the old token.
      return next && (await fingerprint(next)) === hint.token ? getToken(target) : next;
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
export function withSharedTokens(LogtoClient, locks = globalThis.navigator?.locks) {
  return class extends LogtoClient {
    constructor(...args) {
      super(...args);
      const { getAccessToken } = this;
      const look = async (target) => {
        await this.loadAccessTokenMap();
        return getAccessToken.apply(this, target);
      };
      this.getAccessToken = async (...target) => {
        const isCleared = !(await this.adapter.storage.getItem('accessToken'));
        // Perhaps by a tab that is about to store the next token: its refresh counts for all.
        return isCleared ? alone(locks, () => look(target)) : look(target);
      };
    }
  };
}

/** One tab at a time, if the browser has locks that the document may use. */
async function alone(locks, work) {
  let begun;
  const begin = () => (begun ??= work());
  try {
    return await (locks ? locks.request('scope-guard-logto', begin) : begin());
  } catch (error) {
    if (begun) {
      throw error;
    }
    return begin();
  }
}
