package io.scopeguard.spring.authorization;

import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.annotation.Internal;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.spring.authentication.AccessTokenHolder;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import io.scopeguard.spring.response.DecisionHolder;
import io.scopeguard.spring.response.DecisionResult;
import io.scopeguard.token.AccessToken;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;

/**
 * The equivalent of {@code @RequiresScopes} for the rules of a {@code SecurityFilterChain}:
 *
 * <pre>{@code
 * .requestMatchers("/organizations/{organizationId}/**").access(scopes.hasScope("read:report"))
 * }</pre>
 *
 * <p>The organization is the one that the matcher's path variable (or the header) names. Thread-safe.
 *
 * @since 0.1
 */
public final class ScopeAuthorizationManagerFactory {

    private static final String GUARDED = ScopeAuthorizationManagerFactory.class.getName() + ".guarded";
    private static final String CHAIN_RULE = "A rule of a security filter chain";

    private final RequirementReader reader;
    private final DeclaredScopes declared;
    private final OrganizationResolver organizations;
    private final ScopeAuthorizer authorizer;

    /**
     * Created by Scope Guard only.
     *
     * @hidden
     */
    @Internal
    public ScopeAuthorizationManagerFactory(
            RequirementReader reader,
            DeclaredScopes declared,
            OrganizationResolver organizations,
            ScopeAuthorizer authorizer) {
        this.reader = reader;
        this.declared = declared;
        this.organizations = organizations;
        this.authorizer = authorizer;
    }

    /** Requires this scope of the default audience. */
    public AuthorizationManager<RequestAuthorizationContext> hasScope(String scope) {
        return hasAllScopes(scope);
    }

    /** Requires all of these scopes of the default audience. */
    public AuthorizationManager<RequestAuthorizationContext> hasAllScopes(String... scopes) {
        return of(ScopeRequirement.allOf(reader.defaultAudience(), Scopes.of(scopes)));
    }

    /** Requires one of these scopes of the default audience. */
    public AuthorizationManager<RequestAuthorizationContext> hasAnyScope(String... scopes) {
        return of(ScopeRequirement.anyOf(reader.defaultAudience(), Scopes.of(scopes)));
    }

    /** These scopes, in the organization that the request names. */
    public AuthorizationManager<RequestAuthorizationContext> of(ScopeRequirement requirement) {
        return manager(requirement, Binding.REQUEST);
    }

    /** Requires these scopes, in the organization of the token if the request names none. */
    public AuthorizationManager<RequestAuthorizationContext> inTokensOrganization(ScopeRequirement requirement) {
        return manager(requirement, Binding.TOKEN);
    }

    /** Requires these scopes of a resource, for operations without an organization. Headers are ignored. */
    public AuthorizationManager<RequestAuthorizationContext> global(ScopeRequirement requirement) {
        return manager(requirement, Binding.NONE);
    }

    private AuthorizationManager<RequestAuthorizationContext> manager(ScopeRequirement requirement, Binding binding) {
        return manager(
                new Requires(requirement, null, new OrganizationBinding(binding, ""), OrganizationBinding.UNSPECIFIED));
    }

    AuthorizationManager<RequestAuthorizationContext> manager(Requires rule) {
        if (rule.requirement() != null) {
            reader.checked(rule.requirement(), CHAIN_RULE);
        }
        declared.add(rule, CHAIN_RULE);
        return (authentication, context) -> {
            AccessToken token = AccessTokenHolder.get();
            return token == null ? new AuthorizationDecision(false) : decide(token, context, rule);
        };
    }

    /** Whether a rule declared scopes for the target of the request. A rule does not apply to the targets of forwards. */
    static boolean isGuarded(HttpServletRequest request) {
        return TargetServlet.path(request).equals(request.getAttribute(GUARDED));
    }

    private DecisionResult decide(AccessToken token, RequestAuthorizationContext context, Requires rule) {
        HttpServletRequest request = context.getRequest();
        request.setAttribute(GUARDED, TargetServlet.path(request));
        Decision before = DecisionHolder.of(request);
        if (request.getDispatcherType() == DispatcherType.ASYNC && before != null && before.isGranted()) {
            // The rest of a request that was granted: its answer is on its way.
            return new DecisionResult(before);
        }
        boolean mustBeNamed = !rule.isGlobalRoleOnly();
        RequestedOrganization organization =
                organizations.resolve(request, context.getVariables(), rule.binding(), mustBeNamed);
        AccessRequest access = new AccessRequest(organization, rule.requirement(), rule.roles());
        return new DecisionResult(authorizer.authorize(request, token, access));
    }
}
