package io.scopeguard.spring.authorization;

import io.scopeguard.organization.RequestedOrganization;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.function.RouterFunctions;

/**
 * Finds the organization that a request names: in a variable of its path, in a header, or in both, which must agree then.
 * Thread-safe.
 */
public final class OrganizationResolver {

    private final String pathVariable;
    private final @Nullable String header;
    private final Pattern inPattern;

    /**
     * @param pathVariable the name of the variable
     * @param header the name of the header, if there is one
     */
    public OrganizationResolver(String pathVariable, @Nullable String header) {
        this.pathVariable = pathVariable;
        this.header = header;
        this.inPattern = Pattern.compile("\\{\\*?" + Pattern.quote(pathVariable) + "[:}]");
    }

    /** By the path variables of the handler that was found for the request. */
    RequestedOrganization resolve(HttpServletRequest request, Binding binding, boolean required) {
        return resolve(request, pathVariables(request), binding, required);
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
    boolean isNamedInPath(HttpServletRequest request) {
        return pathVariables(request).containsKey(pathVariable);
    }

    /** Whether requests to this path pattern name their organization in the path. */
    boolean isNamedBy(String pathPattern) {
        return inPattern.matcher(pathPattern).find();
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

    @SuppressWarnings("unchecked")
    static Map<String, ?> pathVariables(HttpServletRequest request) {
        Object variables = request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE);
        if (variables == null) {
            variables = request.getAttribute(RouterFunctions.URI_TEMPLATE_VARIABLES_ATTRIBUTE);
        }
        return variables == null ? Map.of() : (Map<String, ?>) variables;
    }
}
