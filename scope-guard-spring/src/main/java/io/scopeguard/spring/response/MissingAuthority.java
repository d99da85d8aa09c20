package io.scopeguard.spring.response;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authorization.AuthorityAuthorizationDecision;
import org.springframework.security.authorization.AuthorizationDeniedException;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.authorization.ExpressionAuthorizationDecision;
import org.springframework.security.core.GrantedAuthority;

/** Recognizes rules that require the authority of a scope, which access tokens do not provide. */
final class MissingAuthority {

    private static final String PREFIX = "SCOPE_";
    private static final Pattern IN_EXPRESSION = Pattern.compile("SCOPE_[^'\"\\s,)]+");

    private MissingAuthority() {}

    /** The authority of a scope that a rule requires, or {@code null} if the denial has another cause. */
    static @Nullable String in(AccessDeniedException exception) {
        return exception instanceof AuthorizationDeniedException denied ? in(denied.getAuthorizationResult()) : null;
    }

    private static @Nullable String in(@Nullable AuthorizationResult result) {
        if (result instanceof AuthorityAuthorizationDecision decision) {
            return decision.getAuthorities().stream()
                    .map(GrantedAuthority::getAuthority)
                    .filter(authority -> authority != null && authority.startsWith(PREFIX))
                    .findFirst()
                    .orElse(null);
        }
        if (result instanceof ExpressionAuthorizationDecision decision) {
            Matcher matcher = IN_EXPRESSION.matcher(decision.getExpression().getExpressionString());
            return matcher.find() ? matcher.group() : null;
        }
        return null;
    }

    /** Explains the denial to the developers of the API. A challenge (RFC 6750 §3) must not contain double quotes. */
    static String explain(String authority) {
        String scope = authority.substring(PREFIX.length());
        return "A rule of this API requires the authority " + authority
                + ". Access tokens do not provide authorities, which would hold in every organization and ignore live"
                + " permissions. The API can use @RequiresScopes or ScopeAuthorizationManagerFactory.hasScope with '"
                + scope + "', or @scopeGuard.has(#organizationId, '" + scope
                + "') in @PreAuthorize, or set scope-guard.authorities=token.";
    }
}
