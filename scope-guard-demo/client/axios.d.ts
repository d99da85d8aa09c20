/** An interceptor for axios 1.12 or newer. */

import type { ScopeGuard } from './scope-guard.js';

/** The part of an axios instance that the interceptor uses. */
export interface AxiosLike {
  readonly interceptors: {
    readonly request: {
      use(onFulfilled: (config: any) => any): number;
      eject(id: number): void;
    };
  };
}

declare module 'axios' {
  interface AxiosRequestConfig {
    /** Selects the token: see `GuardedInit`. */
    organization?: string;
    resource?: string;
    repeatable?: boolean;
  }
}

/**
 * Sends the requests of an axios instance with a guard's `fetch`. Each request can set `organization`, `resource` and
 * `repeatable`. Returns a function that removes the interceptor.
 */
export function guardAxios(axios: AxiosLike, guard: ScopeGuard): () => void;
