/** The recipe for Auth0's SDK, `@auth0/auth0-spa-js`. */

import type { ConsentRequest, ScopeGuardCallbacks } from './scope-guard.js';

/** The part of `Auth0Client` that the recipe uses. */
export interface Auth0Client {
  isAuthenticated(): Promise<boolean>;
  getIdTokenClaims(): Promise<{ org_id?: string } | undefined>;
  /** Has several overloads. The recipe uses the overload that returns the token. */
  getTokenSilently(options: any): Promise<any>;
  loginWithRedirect(options: { authorizationParams: Record<string, string> }): Promise<void>;
}

export interface Auth0RecipeOptions {
  readonly redirectUri: string;
  /** Asks the user whether to sign in again. A user who declines stays on the page. */
  confirm(request: ConsentRequest): Promise<boolean> | boolean;
  /** The scopes in the client's `authorizationParams.scope`. A refresh never delivers other scopes. */
  readonly scopes: readonly string[];
}

/**
 * The callbacks for Auth0's SDK. A client serves only the organization that its user signed in to. A request for another
 * organization rejects with an error that names both.
 */
export function auth0Recipe(client: Auth0Client, options: Auth0RecipeOptions): Required<ScopeGuardCallbacks>;
