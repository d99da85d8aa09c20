package io.scopeguard.spring.authorization;

import java.util.Comparator;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint;
import org.springframework.boot.webmvc.actuate.endpoint.web.AbstractWebMvcEndpointHandlerMapping;
import org.springframework.boot.webmvc.actuate.endpoint.web.AdditionalHealthEndpointPathsWebMvcHandlerMapping;
import org.springframework.web.servlet.HandlerMapping;

/** Which endpoint of Actuator a handler is of. Used only where Actuator is on the class path. */
final class ActuatorEndpoints {

    private ActuatorEndpoints() {}

    /** Whether all of these patterns belong to endpoints that are open by name. */
    static boolean opens(HandlerMapping mapping, Set<String> patterns, UnannotatedPolicy policy) {
        if (mapping instanceof AdditionalHealthEndpointPathsWebMvcHandlerMapping) {
            return policy.opensEndpoint("health");
        }
        return mapping instanceof AbstractWebMvcEndpointHandlerMapping endpoints
                && !patterns.isEmpty()
                && patterns.stream().allMatch(pattern -> opens(endpoints, pattern, policy));
    }

    private static boolean opens(
            AbstractWebMvcEndpointHandlerMapping mapping, String pattern, UnannotatedPolicy policy) {
        return mapping.getEndpoints().stream()
                .filter(endpoint -> paths(endpoint).anyMatch(path -> isAt(pattern, path)))
                .max(Comparator.comparingInt(endpoint -> endpoint.getRootPath().length()))
                .map(endpoint -> policy.opensEndpoint(endpoint.getEndpointId().toLowerCaseString()))
                .orElse(false);
    }

    /** As the mapping writes them: the rest of a path has no name there. */
    private static Stream<String> paths(ExposableWebEndpoint endpoint) {
        return endpoint.getOperations().stream()
                .map(operation -> operation.getRequestPredicate().getPath().replaceAll("\\{\\*[^}]*}", "**"));
    }

    /** Patterns are an operation's path below the base path, which the mapping does not reveal. */
    private static boolean isAt(String pattern, String path) {
        return pattern.equals(path) || pattern.endsWith("/" + path);
    }
}
