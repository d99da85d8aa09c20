/* The API's operations, what each needs, and whether it would be granted now. */

/** `path` is relative to the organization; `audience` says which token it takes. */
export const OPERATIONS = [
  { id: 'list', name: 'List reports', method: 'GET', path: 'reports', scope: 'read:report' },
  { id: 'create', name: 'Create a report', method: 'POST', path: 'reports', scope: 'write:report',
    body: () => ({ title: `Report of ${new Date().toLocaleTimeString('en-GB')}` }) },
  { id: 'delete', name: 'Delete the newest report', method: 'DELETE', path: 'reports/{newest}', scope: 'delete:report' },
  { id: 'invite', name: 'Invite a member', method: 'POST', path: 'invitations', scope: 'invite:member',
    body: () => ({ email: 'dave@example.test' }) },
  { id: 'export', name: 'Export reports', method: 'GET', path: 'reports/export', scope: 'export:report' },
  { id: 'insights', name: 'Read insights', method: 'GET', path: 'insights', scope: 'read:report', role: 'paid-tier' },
  { id: 'documents', name: 'List documents', method: 'GET', path: 'documents', scope: 'read:document', ofResource: true },
  { id: 'terms', name: 'Read the terms of service', method: 'GET', absolute: '/documents', scope: 'read:document', ofResource: true },
];

/** Which token an operation takes. */
export function targetOf(operation, organization, resource) {
  return {
    ...(!operation.absolute && { organization }),
    ...(operation.ofResource && { resource }),
  };
}

export function pathOf(operation, organization, newest) {
  return operation.absolute ?? `/organizations/${encodeURIComponent(organization)}/${operation.path.replace('{newest}', newest)}`;
}

/** How an operation stands: `open`, `locked`, `pending` (a better token would do) or `unknown`; and the reason. */
export function stateOf({ scope, role }, standing) {
  if (!standing) {
    return { state: 'unknown', reason: 'not called yet' };
  }
  const inToken = standing.token_scopes.includes(scope);
  const isLive = standing.live_scopes?.includes(scope);
  if (standing.effective_scopes.includes(scope)) {
    return role && !standing.roles.includes(role)
      ? { state: 'locked', reason: `needs the role ${role}` }
      : { state: 'open', reason: 'allowed' };
  }
  if (inToken && isLive === false) {
    return { state: 'locked', reason: 'taken away: the token still says yes' };
  }
  if (!inToken && isLive) {
    return { state: 'pending', reason: 'granted: the token does not know it yet' };
  }
  return { state: 'locked', reason: 'not granted' };
}
