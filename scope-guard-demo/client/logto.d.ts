/** The recipe for Logto's SDKs: `@logto/browser` and `@logto/react`. */

import type { ConsentRequest, ScopeGuardCallbacks } from './scope-guard.js';

/** The part of `LogtoClient` (`@logto/browser`) and of `useLogto()` (`@logto/react`) that the recipe uses. */
export interface LogtoClient {
  readonly logtoConfig?: { readonly scopes?: readonly string[] };
  getAccessToken(resource?: string, organizationId?: string): Promise<string | undefined>;
  getOrganizationToken(organizationId: string): Promise<string | undefined>;
  clearAccessToken(): Promise<void>;
  clearAllTokens(): Promise<void>;
  signIn(options: { redirectUri: string; prompt: any }): Promise<void>;
}

export interface LogtoRecipeOptions {
  readonly redirectUri: string;
  /** Asks the user whether to sign in again. A user who declines stays on the page. */
  confirm(request: ConsentRequest): Promise<boolean> | boolean;
  /**
   * The scopes of the Logto configuration, the only ones that its SDK requests. If consent could not deliver the missing scopes,
   * an error names them instead. Default: the scopes of the client.
   */
  readonly scopes?: readonly string[];
}

/** The callbacks for Logto's own SDK. */
export function logtoRecipe(client: LogtoClient, options: LogtoRecipeOptions): Required<ScopeGuardCallbacks>;

/**
 * A client class whose tabs share access tokens: it uses a token that another tab has stored before it requests one. While no token
 * is stored, tabs take turns (Web Locks), so that one refresh is enough for all tabs. Use it with `@logto/react`, whose hook hides the
 * stored tokens: `<LogtoProvider LogtoClientClass={withSharedTokens(LogtoClient)} …>`, with the class of `@logto/browser`. Without
 * it, each tab refreshes once.
 */
export function withSharedTokens<C extends new (...args: any[]) => object>(LogtoClient: C): C;
