package io.scopeguard.logtobox.oidc;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** Parameters of an authorization request that may be repeated or contain a list. */
final class AuthorizationParameters {

    private AuthorizationParameters() {}

    static List<String> resources(Map<String, Object> parameters) {
        Object resource = parameters.get("resource");
        if (resource instanceof String[] several) {
            return List.of(several);
        }
        return resource instanceof String one && !one.isEmpty() ? List.of(one) : List.of();
    }

    static Set<String> prompts(Map<String, Object> parameters) {
        return parameters.get("prompt") instanceof String prompt ? ScopeNames.split(prompt) : Set.of();
    }
}
