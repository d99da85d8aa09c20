package io.scopeguard.spring.authorization;

import jakarta.servlet.ServletContext;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.context.WebApplicationContext;

/** Names the handlers whose requests pass no filter chain, or only one that authenticates no bearer tokens. */
final class ChainCheck {

    private static final Logger log = LoggerFactory.getLogger(ChainCheck.class);

    private final List<SecurityFilterChain> chains;
    private final String contextPath;
    private final Set<String> servletPaths;

    ChainCheck(ApplicationContext context) {
        this.chains = context.getBeanProvider(FilterChainProxy.class).stream()
                .flatMap(proxy -> proxy.getFilterChains().stream())
                .toList();
        this.contextPath = contextPath(context);
        this.servletPaths = new ServletPaths(context).prefixes();
    }

    private static String contextPath(ApplicationContext context) {
        ServletContext servlets = context instanceof WebApplicationContext web ? web.getServletContext() : null;
        return servlets == null ? "" : servlets.getContextPath();
    }

    void report(List<MappedHandler> handlers) {
        List<String> unguarded = handlers.stream().flatMap(this::unguarded).toList();
        if (!unguarded.isEmpty()) {
            log.warn(
                    "Handlers whose filter chain authenticates no bearer tokens: {}. They reject all requests if they require"
                            + " scopes, and are open to every request that the chain admits if they do not. Add oauth2ResourceServer to"
                            + " the chain, or leave the path to the chain of Scope Guard.",
                    String.join(", ", unguarded));
        }
    }

    private Stream<String> unguarded(MappedHandler handler) {
        return handler.patterns().stream()
                .filter(pattern -> !pattern.isEmpty())
                .flatMap(pattern -> servletPaths.stream()
                        .flatMap(servlet -> methods(handler)
                                .filter(method -> !isGuarded(method, servlet, pattern))
                                .map(method -> method + " " + servlet + pattern + " (" + handler.name() + ")")));
    }

    private static Stream<String> methods(MappedHandler handler) {
        return handler.methods().isEmpty() ? Stream.of("GET") : handler.methods().stream();
    }

    private boolean isGuarded(String method, String servletPath, String pattern) {
        SampleRequest request =
                new SampleRequest(method, contextPath, servletPath, OrganizationPattern.example(pattern));
        for (SecurityFilterChain chain : chains) {
            try {
                if (chain.matches(request.asRequest())) {
                    return chain.getFilters().stream().anyMatch(BearerTokenAuthenticationFilter.class::isInstance);
                }
            } catch (RuntimeException unforeseen) {
                // The matcher uses more than the sample contains, so it is unknown which chain applies.
                return true;
            }
        }
        return false;
    }
}
