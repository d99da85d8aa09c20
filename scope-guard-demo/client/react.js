import { useEffect, useRef, useState } from 'react';
import { createScopeGuard } from './scope-guard.js';

const CALLBACKS = ['getToken', 'refresh', 'consent', 'onRefresh', 'onEnd', 'onError'];

/**
 * One guard for the life of a component, however often it renders. Callbacks may be new with each render, as those made from
 * `useLogto()` are: the guard calls the latest ones. All other options are those of the first render.
 *
 * @param {import('./scope-guard.js').ScopeGuardOptions} options
 * @returns {import('./scope-guard.js').ScopeGuard}
 */
export function useScopeGuard(options) {
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  const [guard] = useState(() => createScopeGuard({ ...options, ...forwarded(options, latest) }));
  return guard;
}

function forwarded(options, latest) {
  return Object.fromEntries(
    CALLBACKS.filter((name) => options[name]).map((name) => [name, (argument) => latest.current[name]?.(argument)]),
  );
}
