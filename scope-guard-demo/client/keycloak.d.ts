/** The recipe for Keycloak's adapter, `keycloak-js`. */

import type { ConsentRequest, ScopeGuardCallbacks } from './scope-guard.js';

/** The part of `Keycloak` that the recipe uses. */
export interface KeycloakAdapter {
  readonly authenticated?: boolean;
  readonly token?: string;
  updateToken(minValidity: number): Promise<boolean>;
  login(options: { redirectUri: string; prompt: 'consent'; scope: string }): Promise<void>;
}

export interface KeycloakRecipeOptions {
  readonly redirectUri: string;
  /** Asks the user whether to sign in again. A user who declines stays on the page. */
  confirm(request: ConsentRequest): Promise<boolean> | boolean;
  /** The scopes that the application signs in with, such as `organization:*`, which are requested again together with the new scopes. */
  readonly scopes?: readonly string[];
}

/** The callbacks for Keycloak's adapter. */
export function keycloakRecipe(keycloak: KeycloakAdapter, options: KeycloakRecipeOptions): Required<ScopeGuardCallbacks>;
