/** A React hook. Needs React 16.8 or newer. */

import type { ScopeGuard, ScopeGuardOptions } from './scope-guard.js';

/**
 * Creates one guard for the lifetime of a component. Callbacks can be new functions in each render, such as those from
 * `useLogto()`: the guard calls the latest ones. All other options, and whether a callback exists, are taken from the first render.
 * Use the hook once, above all components that send requests, and pass the guard to them in a context.
 */
export function useScopeGuard(options: ScopeGuardOptions): ScopeGuard;
