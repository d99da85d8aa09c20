package io.scopeguard.aws;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The format in which an authorizer answers API Gateway.
 *
 * @param isSimple whether the answer is a simple response instead of a policy
 * @param routeArn the address of the request, the only one that a policy allows
 */
record AuthorizerAnswer(boolean isSimple, @Nullable String routeArn) {

    private static final String NOBODY = "nobody";

    Map<String, Object> granted(String principal, Map<String, Object> context) {
        if (isSimple) {
            return Map.of("isAuthorized", true, "context", context);
        }
        return routeArn == null || isPattern(routeArn)
                ? denied("ambiguous-path")
                : policy(principal, "Allow", routeArn, context);
    }

    /** In a policy, a path that contains these characters matches other paths too. */
    private static boolean isPattern(String arn) {
        return arn.indexOf('*') >= 0 || arn.indexOf('?') >= 0 || arn.contains("${");
    }

    /**
     * @param reason for the access log of the API
     */
    Map<String, Object> denied(String reason) {
        Map<String, Object> context = Map.of("denial", reason);
        return isSimple ? Map.of("isAuthorized", false, "context", context) : policy(NOBODY, "Deny", "*", context);
    }

    private static Map<String, Object> policy(
            String principal, String effect, String resource, Map<String, Object> context) {
        Map<String, Object> statement = Map.of("Action", "execute-api:Invoke", "Effect", effect, "Resource", resource);
        return Map.of(
                "principalId",
                principal,
                "policyDocument",
                Map.of("Version", "2012-10-17", "Statement", List.of(statement)),
                "context",
                context);
    }
}
