package io.scopeguard.spring.method;

import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.spring.authorization.CallToken;
import io.scopeguard.spring.authorization.GrantedCalls;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import io.scopeguard.spring.authorization.RequestDecision;
import io.scopeguard.spring.authorization.ScopeAuthorizer;
import io.scopeguard.spring.response.DecisionResult;
import io.scopeguard.spring.response.ScopesDeniedException;
import io.scopeguard.token.AccessToken;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationDeniedException;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.authorization.method.MethodAuthorizationDeniedHandler;
import org.springframework.security.core.Authentication;

/** Decides about method calls by the same rules as the web guard about requests. Thread-safe. */
public final class MethodAuthorizationManager
        implements AuthorizationManager<MethodInvocation>, MethodAuthorizationDeniedHandler {

    private final MethodRules rules;
    private final ScopeAuthorizer authorizer;
    private final CallToken tokens;

    /** @param tokens finds the token of a call */
    public MethodAuthorizationManager(MethodRules rules, ScopeAuthorizer authorizer, CallToken tokens) {
        this.rules = rules;
        this.authorizer = authorizer;
        this.tokens = tokens;
    }

    /**
     * Decides about a call.
     *
     * @throws org.springframework.security.core.AuthenticationException if there is no authentication, or its token has
     *     expired since the request, message or session that it came with began
     */
    @Override
    public AuthorizationResult authorize(
            Supplier<? extends @Nullable Authentication> authentication, MethodInvocation call) {
        MethodRule rule = ruleOf(call);
        // Fails without an authentication, which is reported as a missing token.
        var unused = authentication.get();
        AccessToken token = tokens.get();
        if (rule == null || token == null) {
            return new AuthorizationDecision(false);
        }
        RequestedOrganization organization =
                rule.organization().of(call.getArguments(), () -> RequestDecision.organization(token));
        Decision decided = OperationDecisions.of(rule, token, organization);
        return new DecisionResult(decided == null ? decide(rule, token, organization) : decided);
    }

    private Decision decide(MethodRule rule, AccessToken token, RequestedOrganization organization) {
        Requires required = rule.requires();
        AccessRequest access = new AccessRequest(organization, required.requirement(), required.roles());
        Decision decision = authorizer.authorize(rule.name(), token, access);
        RequestDecision.signal(decision);
        GrantedCalls.required(decision);
        OperationDecisions.called(rule, decision);
        return decision;
    }

    @Override
    public Object handleDeniedInvocation(MethodInvocation call, AuthorizationResult result) {
        if (result instanceof DecisionResult decision) {
            throw new ScopesDeniedException(call.getMethod().getName(), decision);
        }
        throw new AuthorizationDeniedException("Access Denied", result);
    }

    private @Nullable MethodRule ruleOf(MethodInvocation call) {
        Object target = call.getThis();
        return rules.of(call.getMethod(), target == null ? call.getMethod().getDeclaringClass() : target.getClass());
    }
}
