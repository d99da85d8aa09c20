package io.scopeguard.spring.authorization;

import io.scopeguard.organization.RequestedOrganization;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.RouterFunctions;

/**
 * Finds the organization that a request names: in a variable of its path, in a header, or in both, which must agree then.
 * Thread-safe.
 */
public final class OrganizationResolver {

    private final String pathVariable;
    private final @Nullable String header;
    private final OrganizationPattern pattern;

    /**
     * @param pathVariable the name of the variable
     * @param header the name of the header, if there is one
     */
    public OrganizationResolver(String pathVariable, @Nullable String header) {
        this.pathVariable = pathVariable;
        this.header = header;
        this.pattern = new OrganizationPattern(pathVariable);
    }

    /** By the path variables of the handler that was found for the request. */
    RequestedOrganization resolve(HttpServletRequest request, Object handler, Binding binding, boolean required) {
        return resolve(request, pathVariables(request, handler), binding, required);
    }

    /**
     * By these path variables.
     *
     * @param required whether the operation needs scopes of some kind: then a header that is set up must be sent, or else the
     *     client would choose which kind
     */
    RequestedOrganization resolve(
            HttpServletRequest request, Map<String, ?> pathVariables, Binding binding, boolean required) {
        if (binding == Binding.NONE) {
            return RequestedOrganization.NONE;
        }
        RequestedOrganization named = named(request, pathVariables);
        if (named.isBound()) {
            return named;
        }
        if (binding == Binding.TOKEN) {
            return RequestedOrganization.OF_TOKEN;
        }
        return required && hasHeader() ? RequestedOrganization.MISSING : RequestedOrganization.NONE;
    }

    private RequestedOrganization named(HttpServletRequest request, Map<String, ?> pathVariables) {
        Object inPath = pathVariables.get(pathVariable);
        Set<String> inHeader = headerValues(request);
        if (inHeader.size() > 1) {
            return RequestedOrganization.CONFLICTING;
        }
        return RequestedOrganization.agreeing(
                inPath == null ? null : inPath.toString(),
                inHeader.isEmpty() ? null : inHeader.iterator().next());
    }

    /** Whether the path of the request names its organization, whatever handles it. */
    boolean isNamedInPath(HttpServletRequest request, Object handler) {
        return pathVariables(request, handler).containsKey(pathVariable);
    }

    OrganizationPattern pattern() {
        return pattern;
    }

    boolean hasHeader() {
        return header != null;
    }

    String pathVariable() {
        return pathVariable;
    }

    private Set<String> headerValues(HttpServletRequest request) {
        return header == null ? Set.of() : new TreeSet<>(Collections.list(request.getHeaders(header)));
    }

    /**
     * The path variables as this handler sees them. Those that an earlier dispatch of the request left under the other
     * attribute belong to the handler of that dispatch.
     */
    @SuppressWarnings("unchecked")
    static Map<String, ?> pathVariables(HttpServletRequest request, Object handler) {
        Object variables = request.getAttribute(
                handler instanceof HandlerFunction
                        ? RouterFunctions.URI_TEMPLATE_VARIABLES_ATTRIBUTE
                        : HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE);
        return variables == null ? Map.of() : (Map<String, ?>) variables;
    }
}
