/**
 * The facade: decides whether a token permits a request, and advises the client.
 *
 * <pre>
 *  ScopeGuard          chooses the guard of the token's issuer
 *      │
 *  ProviderGuard       verifies the token; checks that it is for the organization and the audience of the AccessRequest
 *      │
 *  RequestJudge        reads live permissions, unless YoungTokens lets the token decide
 *      │   RereadPolicy: are they newer than the token? Otherwise they are read again before the token is contradicted
 *      │   Verdict, RoleRules: grant, or the Denial
 *      │   DriftDetector, RemedyAdvisor: what changed, and which remedy works
 *      ▼
 *  Decision            Responses turns it into status, headers and body
 * </pre>
 *
 * <p>A {@link io.scopeguard.Watch} continues a decision for as long as an access lasts: after each read of a fact behind it,
 * {@code WatchJudge} decides again.
 */
@NullMarked
package io.scopeguard;

import org.jspecify.annotations.NullMarked;
