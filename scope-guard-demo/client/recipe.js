/* What the recipes for the providers' SDKs share. */

export function requireConfirm(confirm) {
  if (typeof confirm !== 'function') {
    throw new TypeError('confirm is missing: users must be asked before they are sent to the consent page');
  }
}

/** The SDKs ask for the scopes of their configuration and no others: without the new ones, consent would change nothing. */
export function requireConfigured(asked, configured) {
  const missing = asked.filter((scope) => !configured?.includes(scope));
  if (missing.length > 0) {
    throw new Error(`consent would not bring ${missing.join(' ')}: add it to the scopes of the SDK's configuration`);
  }
}

/** An SDK's error, marked as the end of the session, which the guard does not retry. */
export function sessionOver(cause) {
  return Object.assign(new Error('The session is over', { cause }), { error: 'invalid_grant' });
}
