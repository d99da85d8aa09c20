/** A React hook. Needs React 16.8 or newer. */

import type { ScopeGuard, ScopeGuardOptions } from './scope-guard.js';

/**
 * One guard for the life of a component, however often it renders. Callbacks may be new with each render, as those made from
 * `useLogto()` are: the guard calls the latest ones. Which callbacks there are, and all other options, the first render decides.
 * Use it once, above whatever sends requests, and hand the guard down in a context.
 */
export function useScopeGuard(options: ScopeGuardOptions): ScopeGuard;
