package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.util.ServletRequestPathUtils;
import org.springframework.web.util.pattern.PathPattern.PathMatchInfo;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Finds the organization that a request names: in a variable of its path, in a header, or in both, which must agree then.
 * Thread-safe.
 *
 * @hidden
 */
@Internal
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
    public RequestedOrganization resolve(
            HttpServletRequest request, Object handler, Binding binding, boolean required) {
        return resolveWithPath(request, inPath(request, handler), binding, required);
    }

    /**
     * By these variables of the path.
     *
     * @param required whether the operation needs scopes of some kind: then a header that is set up must be sent, or else the
     *     client would choose which kind
     */
    RequestedOrganization resolve(
            HttpServletRequest request, Map<String, ?> pathVariables, Binding binding, boolean required) {
        return resolveWithPath(request, text(pathVariables.get(pathVariable)), binding, required);
    }

    /** By the organization that the path of the request names, if it names one. */
    RequestedOrganization resolveWithPath(
            HttpServletRequest request, @Nullable String inPath, Binding binding, boolean required) {
        if (binding == Binding.NONE) {
            // Headers are ignored; but a path always binds, such as that of a handler registered after start-up.
            return inPath == null ? RequestedOrganization.NONE : RequestedOrganization.named(inPath);
        }
        RequestedOrganization named = named(request, inPath);
        if (named.isBound()) {
            return named;
        }
        return unnamed(binding, required && hasHeader());
    }

    /**
     * The organization of a request to a handler, from a client that names this organization wherever the handler takes one.
     *
     * @param organization {@code null} for a client whose token is for no organization
     */
    public RequestedOrganization assumed(HandlerCatalog.Entry handler, @Nullable String organization) {
        Requires rule = handler.rule() instanceof Requires requires ? requires : null;
        Binding binding = rule == null ? Binding.REQUEST : rule.binding();
        boolean mustBeNamed = handler.namesOrganization() || binding == Binding.EXPRESSION;
        boolean canBeNamed = mustBeNamed || (hasHeader() && binding != Binding.NONE);
        if (canBeNamed && organization != null) {
            return RequestedOrganization.named(organization);
        }
        if (mustBeNamed) {
            return RequestedOrganization.MISSING;
        }
        boolean needsHeader = rule != null && !rule.isGlobalRoleOnly() && hasHeader();
        return unnamed(binding, needsHeader);
    }

    private static RequestedOrganization unnamed(Binding binding, boolean needsHeader) {
        return switch (binding) {
            case TOKEN -> RequestedOrganization.OF_TOKEN;
            case NONE -> RequestedOrganization.NONE;
            case REQUEST, EXPRESSION -> needsHeader ? RequestedOrganization.MISSING : RequestedOrganization.NONE;
        };
    }

    private RequestedOrganization named(HttpServletRequest request, @Nullable String inPath) {
        Set<String> inHeader = headerValues(request);
        if (inHeader.size() > 1) {
            return RequestedOrganization.CONFLICTING;
        }
        return RequestedOrganization.agreeing(
                inPath, inHeader.isEmpty() ? null : inHeader.iterator().next());
    }

    OrganizationPattern pattern() {
        return pattern;
    }

    /** Whether a header can name the organization. */
    public boolean hasHeader() {
        return header != null;
    }

    String pathVariable() {
        return pathVariable;
    }

    private Set<String> headerValues(HttpServletRequest request) {
        return header == null ? Set.of() : new TreeSet<>(Collections.list(request.getHeaders(header)));
    }

    /**
     * The organization in the path, from the variables as this handler sees them. Variables that an earlier dispatch left under the
     * other attribute belong to the handler of that dispatch.
     */
    @Nullable
    String inPath(HttpServletRequest request, Object handler) {
        if (!(handler instanceof HandlerFunction)) {
            return text(variables(request, HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE)
                    .get(pathVariable));
        }
        Object variable = variables(request, RouterFunctions.URI_TEMPLATE_VARIABLES_ATTRIBUTE)
                .get(pathVariable);
        return variable == null ? byPattern(request) : variable.toString();
    }

    /** Some predicates, such as those of Spring GraphQL, match a pattern and do not reveal its variables. */
    private @Nullable String byPattern(HttpServletRequest request) {
        Object best = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        if (!(best instanceof String matched) || !pattern.isNamedBy(matched)) {
            return null;
        }
        PathMatchInfo match = PathPatternParser.defaultInstance
                .parse(matched)
                .matchAndExtract(
                        ServletRequestPathUtils.getParsedRequestPath(request).pathWithinApplication());
        return match == null ? null : match.getUriVariables().get(pathVariable);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, ?> variables(HttpServletRequest request, String attribute) {
        Object variables = request.getAttribute(attribute);
        return variables == null ? Map.of() : (Map<String, ?>) variables;
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }
}
