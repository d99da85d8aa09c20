import { requireConfigured, requireConfirm, sessionOver } from './recipe.js';

/** What the SDK says where no token can be had without the user. */
const OVER = ['login_required', 'missing_refresh_token', 'invalid_grant'];

/**
 * The callbacks for Auth0's SDK. A refresh token of Auth0's is bound to the organization of the sign-in, and so is the recipe.
 *
 * @param {import('./auth0.js').Auth0Client} client
 * @param {import('./auth0.js').Auth0RecipeOptions} options
 * @returns {Required<import('./scope-guard.js').ScopeGuardCallbacks>}
 */
export function auth0Recipe(client, { redirectUri, confirm, scopes }) {
  requireConfirm(confirm);
  const token = async ({ organization, resource }, options) => {
    await requireOrganization(client, organization);
    try {
      return await client.getTokenSilently({ ...options, authorizationParams: { ...(resource && { audience: resource }) } });
    } catch (error) {
      throw OVER.includes(error?.error) ? sessionOver(error) : error;
    }
  };
  return {
    getToken: async (target) => ((await client.isAuthenticated()) ? token(target, {}) : undefined),
    refresh: (target) => token(target, { cacheMode: 'off' }),
    async consent(ask) {
      requireConfigured(ask.scopes, scopes);
      if (await confirm(ask)) {
        await client.loginWithRedirect({
          authorizationParams: {
            redirect_uri: redirectUri,
            prompt: 'consent',
            scope: ['openid', 'profile', 'email', ...scopes].join(' '),
            ...(ask.organization && { organization: ask.organization }),
            ...(ask.resource && { audience: ask.resource }),
          },
        });
      }
    },
  };
}

async function requireOrganization(client, organization) {
  const claims = organization && (await client.getIdTokenClaims());
  if (claims && claims.org_id !== organization) {
    throw new Error(`this session is for ${claims.org_id ?? 'no organization'}: sign in with organization=${organization}`);
  }
}
