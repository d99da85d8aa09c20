package io.scopeguard.spring.mcp;

import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.scope.Scopes;
import io.scopeguard.signal.ProblemResponse;
import io.scopeguard.signal.ProblemResponses;
import io.scopeguard.spring.authorization.Binding;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import io.scopeguard.spring.authorization.OrganizationResolver;
import io.scopeguard.spring.authorization.ScopeAuthorizer;
import io.scopeguard.spring.authorization.UnannotatedPolicy;
import io.scopeguard.spring.mcp.McpRules.Applicable;
import io.scopeguard.spring.method.MethodRule;
import io.scopeguard.spring.method.OperationDecisions;
import io.scopeguard.spring.response.DecisionHolder;
import io.scopeguard.token.AccessToken;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decides about operations of MCP servers. Thread-safe.
 */
public final class McpAuthorizer {

    private static final String PERMITTED = McpAuthorizer.class.getName() + ".permitted";

    /** An operation that was permitted, and its requirement. */
    private record Permitted(McpOperation operation, List<AccessRequest> requests) {}

    private final McpRules rules;
    private final OrganizationResolver organizations;
    private final ScopeAuthorizer authorizer;
    private final UnannotatedPolicy policy;

    public McpAuthorizer(
            McpRules rules, OrganizationResolver organizations, ScopeAuthorizer authorizer, UnannotatedPolicy policy) {
        this.rules = rules;
        this.organizations = organizations;
        this.authorizer = authorizer;
        this.policy = policy;
    }

    /**
     * Decides about an operation.
     *
     * @param handler the handler that the request reached
     * @return the response if the operation is denied, or {@code null} if it is permitted
     */
    @Nullable
    Function<ProblemResponses, ProblemResponse> denial(
            HttpServletRequest request, @Nullable Object handler, AccessToken token, McpOperation operation) {
        List<Applicable> applicable = rules.of(operation);
        if (applicable.isEmpty() && policy.isClosed()) {
            return ProblemResponses::undeclared;
        }
        List<AccessRequest> requests = new ArrayList<>(applicable.size());
        for (Applicable rule : applicable) {
            Decision decision = decide(request, handler, token, operation, rule);
            DecisionHolder.set(request, decision);
            OperationDecisions.add(request, rule.rule().rule(), decision);
            if (!decision.isGranted()) {
                return problems -> problems.of(keepingScopes(decision));
            }
            requests.add(decision.request());
        }
        request.setAttribute(PERMITTED, new Permitted(operation, requests));
        return null;
    }

    /** Whether this operation has already been permitted in this request. */
    boolean hasPermitted(HttpServletRequest request, McpOperation operation) {
        return request.getAttribute(PERMITTED) instanceof Permitted permitted && permitted.operation.equals(operation);
    }

    /** The requirement of the operation that was permitted in this request. */
    List<AccessRequest> permitted(HttpServletRequest request) {
        return request.getAttribute(PERMITTED) instanceof Permitted permitted ? permitted.requests : List.of();
    }

    private Decision decide(
            HttpServletRequest request,
            @Nullable Object handler,
            AccessToken token,
            McpOperation operation,
            Applicable applicable) {
        MethodRule rule = applicable.rule().rule();
        Requires required = rule.requires();
        RequestedOrganization organization = required.binding() == Binding.EXPRESSION
                ? rule.organization()
                        .of(
                                McpMethods.values(applicable.rule().method(), applicable.arguments()),
                                () -> ofRequest(request, handler, Binding.REQUEST, required)
                                        .id())
                : ofRequest(request, handler, binding(required), required);
        return authorizer.authorize(
                operation.toString(), token, new AccessRequest(organization, required.requirement(), required.roles()));
    }

    /** An MCP endpoint usually serves all organizations, so by default the token names the organization. */
    private Binding binding(Requires required) {
        boolean isUnsaid = required.binding() == Binding.REQUEST && !required.isGlobalRoleOnly();
        return isUnsaid && !organizations.hasHeader() ? Binding.TOKEN : required.binding();
    }

    private RequestedOrganization ofRequest(
            HttpServletRequest request, @Nullable Object handler, Binding binding, Requires required) {
        return organizations.resolve(
                request, handler == null ? request : handler, binding, !required.isGlobalRoleOnly());
    }

    /** A client that signs in again for the scopes of a challenge must not lose those that it has and may still have. */
    private static Decision keepingScopes(Decision decision) {
        Scopes grantable = decision.grantable();
        return new Decision(
                decision.token(),
                decision.request(),
                decision.denial(),
                decision.live(),
                decision.drift(),
                decision.effective(),
                grantable.isEmpty() ? grantable : grantable.or(decision.effective()),
                decision.advice());
    }
}
