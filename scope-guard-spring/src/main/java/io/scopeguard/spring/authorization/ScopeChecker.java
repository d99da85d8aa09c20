package io.scopeguard.spring.authorization;

import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.annotation.Internal;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.spring.response.DecisionResult;
import io.scopeguard.spring.response.ScopesDeniedException;
import io.scopeguard.token.AccessToken;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationCredentialsNotFoundException;
import org.springframework.security.authorization.AuthorizationDecision;

/**
 * Checks scopes in code and in expressions, in the same way as {@code @RequiresScopes}: by the current token and by live
 * permissions. The bean is named {@code scopeGuard}:
 *
 * <pre>{@code
 * @PreAuthorize("@scopeGuard.has(#organizationId, 'read:report')")
 * Report find(String organizationId) { … }
 *
 * scopeGuard.require(report.organizationId(), "delete:report");
 * if (scopeGuard.has(organizationId, "export:report").isGranted()) { … }
 * }</pre>
 *
 * <p>A denial of {@code has} in {@code @PreAuthorize} is answered like a denial of {@code @RequiresScopes}. In an expression with
 * other operands ({@code and}, {@code or}), it is converted to a boolean, and the answer does not say which scope is missing.
 *
 * <p>Without a verified token, {@code has} denies and {@code require} throws. Scopes that are only checked here are not declared,
 * so clients are told that a token lacks them if {@code scope-guard.drift.watch} lists them. Thread-safe.
 *
 * @since 0.1
 */
public final class ScopeChecker {

    private static final String OPERATION = "an operation that checks scopes in code";

    private final RequirementReader reader;
    private final ScopeAuthorizer authorizer;
    private final CallToken tokens;

    /**
     * Created by Scope Guard only.
     *
     * @hidden
     */
    @Internal
    public ScopeChecker(RequirementReader reader, ScopeAuthorizer authorizer, CallToken tokens) {
        this.reader = reader;
        this.authorizer = authorizer;
        this.tokens = tokens;
    }

    /**
     * Whether the current token has all of these scopes of the default audience in an organization.
     *
     * @param organization denies if it is null or blank
     * @param scopes one or more
     * @throws IllegalArgumentException if there is no scope, or one is not a scope name
     */
    public AuthorizationDecision has(@Nullable String organization, String... scopes) {
        return has(request(organization, ScopeRequirement.allOf(reader.defaultAudience(), Scopes.of(scopes))));
    }

    /**
     * Whether the current token has one of these scopes of the default audience in an organization.
     *
     * @param organization denies if it is null or blank
     * @param scopes one or more
     * @throws IllegalArgumentException if there is no scope, or one is not a scope name
     */
    public AuthorizationDecision hasAny(@Nullable String organization, String... scopes) {
        return has(request(organization, ScopeRequirement.anyOf(reader.defaultAudience(), Scopes.of(scopes))));
    }

    /** Whether the current token meets these requirements, which may be about roles, resources and the age of live permissions. */
    public AuthorizationDecision has(AccessRequest request) {
        AccessToken token = tokens.get();
        if (token == null) {
            return new MissingToken();
        }
        Decision decision = authorizer.check(token, request);
        RequestDecision.signal(decision);
        GrantedCalls.checked(decision);
        return new DecisionResult(decision);
    }

    /**
     * Requires all of these scopes of the default audience in an organization.
     *
     * @param organization denies if it is null or blank
     * @param scopes one or more
     * @throws ScopesDeniedException if the current token does not have them
     * @throws AuthenticationCredentialsNotFoundException if there is no verified token
     * @throws IllegalArgumentException if there is no scope, or one is not a scope name
     */
    public void require(@Nullable String organization, String... scopes) {
        require(request(organization, ScopeRequirement.allOf(reader.defaultAudience(), Scopes.of(scopes))));
    }

    /**
     * Requires what the request needs.
     *
     * @throws ScopesDeniedException if the current token does not meet the requirements
     * @throws AuthenticationCredentialsNotFoundException if there is no verified token
     */
    public void require(AccessRequest request) {
        AccessToken token = tokens.get();
        if (token == null) {
            throw new AuthenticationCredentialsNotFoundException("There is no verified access token.");
        }
        Decision decision = authorizer.authorize(OPERATION, token, request);
        RequestDecision.signal(decision);
        GrantedCalls.required(decision);
        if (!decision.isGranted()) {
            throw new ScopesDeniedException(OPERATION, new DecisionResult(decision));
        }
    }

    private AccessRequest request(@Nullable String organization, ScopeRequirement requirement) {
        if (requirement.scopes().isEmpty()) {
            throw new IllegalArgumentException("There is no scope to check.");
        }
        RequestedOrganization requested = organization == null || organization.isBlank()
                ? RequestedOrganization.MISSING
                : RequestedOrganization.named(organization);
        return new AccessRequest(requested, requirement);
    }

    /** The denial of a call without a verified token. */
    private static final class MissingToken extends AuthorizationDecision {

        MissingToken() {
            super(false);
        }

        /** Read by expressions that combine the result with others. */
        @SuppressWarnings({"unused", "EffectivelyPrivate"})
        public boolean toBoolean() {
            return false;
        }
    }
}
