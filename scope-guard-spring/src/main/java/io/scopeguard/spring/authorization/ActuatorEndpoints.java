package io.scopeguard.spring.authorization;

import io.scopeguard.spring.authorization.MappedHandler.Content;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint;
import org.springframework.boot.webmvc.actuate.endpoint.web.AbstractWebMvcEndpointHandlerMapping;
import org.springframework.boot.webmvc.actuate.endpoint.web.AdditionalHealthEndpointPathsWebMvcHandlerMapping;
import org.springframework.core.env.Environment;
import org.springframework.web.servlet.HandlerMapping;

/** Finds the actuator endpoint of a handler. Used only where Actuator is on the class path. */
final class ActuatorEndpoints {

    /** Scope Guard's own endpoint. */
    private static final EndpointId OPERATORS = EndpointId.of("scopeguard");

    private ActuatorEndpoints() {}

    /** The content of a handler that is served at these patterns. */
    static Content content(
            HandlerMapping mapping, Set<String> patterns, UnannotatedPolicy policy, Environment environment) {
        if (opens(mapping, patterns, policy)) {
            return Content.OPEN_ENDPOINT;
        }
        boolean separate = ManagementPortType.get(environment) == ManagementPortType.DIFFERENT;
        return !separate && isForOperators(mapping, patterns) ? Content.CLOSED_ENDPOINT : Content.OPERATION;
    }

    /** A valid token of the API must not show other users' permissions. */
    private static boolean isForOperators(HandlerMapping mapping, Set<String> patterns) {
        return mapping instanceof AbstractWebMvcEndpointHandlerMapping endpoints
                && patterns.stream()
                        .anyMatch(pattern -> endpoint(endpoints, pattern)
                                .filter(endpoint -> endpoint.getEndpointId().equals(OPERATORS))
                                .isPresent());
    }

    /** Whether all of these patterns belong to endpoints that are open by name. */
    private static boolean opens(HandlerMapping mapping, Set<String> patterns, UnannotatedPolicy policy) {
        if (mapping instanceof AdditionalHealthEndpointPathsWebMvcHandlerMapping) {
            return policy.opensEndpoint("health");
        }
        return mapping instanceof AbstractWebMvcEndpointHandlerMapping endpoints
                && !patterns.isEmpty()
                && patterns.stream().allMatch(pattern -> opens(endpoints, pattern, policy));
    }

    private static boolean opens(
            AbstractWebMvcEndpointHandlerMapping mapping, String pattern, UnannotatedPolicy policy) {
        return endpoint(mapping, pattern)
                .map(endpoint -> policy.opensEndpoint(endpoint.getEndpointId().toLowerCaseString()))
                .orElse(false);
    }

    private static Optional<ExposableWebEndpoint> endpoint(
            AbstractWebMvcEndpointHandlerMapping mapping, String pattern) {
        return mapping.getEndpoints().stream()
                .filter(endpoint -> paths(endpoint).anyMatch(path -> isAt(pattern, path)))
                .max(Comparator.comparingInt(endpoint -> endpoint.getRootPath().length()));
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
