/**
 * Sends the requests of an axios instance with a guard's `fetch`. Takes axios 1.12 or newer.
 *
 * @param {import('./axios.js').AxiosLike} axios
 * @param {import('./scope-guard.js').ScopeGuard} guard
 * @returns {() => void} takes the interceptor out again
 */
export function guardAxios(axios, guard) {
  // axios keeps one adapter for each environment: this one must not differ from request to request. Without `Request`, it hands
  // bodies over as they are, so that they can be sent a second time.
  const env = { fetch: guard.fetch, Request: null, Response: globalThis.Response };
  const interceptor = axios.interceptors.request.use((config) => {
    const { organization, resource, repeatable } = config;
    config.adapter = 'fetch';
    config.env = { ...config.env, ...env };
    config.fetchOptions = { ...config.fetchOptions, organization, resource, repeatable };
    return config;
  });
  return () => axios.interceptors.request.eject(interceptor);
}
