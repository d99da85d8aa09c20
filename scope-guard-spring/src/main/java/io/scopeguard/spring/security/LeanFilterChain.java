package io.scopeguard.spring.security;

import io.scopeguard.annotation.Internal;
import io.scopeguard.spring.request.RequestNotes;
import io.scopeguard.spring.response.SignallingChainFilter;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.authorization.AuthorizationEventPublisher;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.server.resource.web.OAuth2ProtectedResourceMetadataFilter;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.access.intercept.RequestMatcherDelegatingAuthorizationManager;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.context.request.async.SecurityContextCallableProcessingInterceptor;
import org.springframework.security.web.context.request.async.WebAsyncManagerIntegrationFilter;
import org.springframework.security.web.header.HeaderWriterFilter;
import org.springframework.security.web.session.DisableEncodeUrlFilter;
import org.springframework.web.context.request.async.WebAsyncUtils;
import org.springframework.web.filter.CorsFilter;
import org.springframework.web.filter.GenericFilterBean;

/**
 * The filter chain of applications that define none, without the filters that have nothing to do for a request, because each filter
 * costs time on every request. The others remain as Spring Security, and the application, configured them.
 *
 * @hidden
 */
@Internal
public final class LeanFilterChain {

    private final boolean hasOwnCors;
    private final boolean publishesDecisions;

    private LeanFilterChain(ApplicationContext context) {
        this.hasOwnCors = context.containsBean("corsFilter") || context.containsBean("corsConfigurationSource");
        this.publishesDecisions = context.getBeanNamesForType(AuthorizationEventPublisher.class).length > 0;
    }

    /**
     * The same chain with fewer steps.
     *
     * @param chain a stateless chain that authenticates bearer tokens, and denies requests of the unauthenticated at most
     */
    public static SecurityFilterChain of(DefaultSecurityFilterChain chain, ApplicationContext context) {
        List<Filter> filters = chain.getFilters();
        boolean writesHeaders = filters.stream().anyMatch(HeaderWriterFilter.class::isInstance);
        return new DefaultSecurityFilterChain(
                chain.getRequestMatcher(),
                writesHeaders ? new LeanFilterChain(context).steps(filters) : stateless(filters));
    }

    /** For an application that has disabled headers: all its filters, and no id of a session in addresses. */
    private static List<Filter> stateless(List<Filter> filters) {
        List<Filter> all = new ArrayList<>(filters);
        all.add(
                0,
                (request, response, chain) ->
                        chain.doFilter(request, RequestNotes.of(request).statelessResponseOf(response)));
        return all;
    }

    private List<Filter> steps(List<Filter> filters) {
        List<Filter> steps = new ArrayList<>();
        List<Filter> afterAuthentication = new ArrayList<>();
        List<Filter> current = steps;
        for (Filter filter : filters) {
            if (filter instanceof HeaderWriterFilter headers) {
                named("headers", headers);
                current.add(beginning(headers));
            } else if (filter instanceof CorsFilter && !hasOwnCors) {
                current.add(whereThereIsAnOrigin(filter));
            } else if (filter instanceof BearerTokenAuthenticationFilter bearer) {
                named("bearer", bearer);
                current.add(bearer);
                current = afterAuthentication;
            } else if (!isReplaced(filter)) {
                current.add(filter);
            }
        }
        steps.add(afterAuthentication(afterAuthentication));
        return steps;
    }

    /** The filter marks the requests that it has seen by its name, which otherwise is that of its class: a long one. */
    private static void named(String name, GenericFilterBean filter) {
        filter.setBeanName("scopeGuard." + name);
    }

    /** The metadata is served by another chain. {@link #beginning} does the work of the other two filters. */
    private static boolean isReplaced(Filter filter) {
        return filter instanceof OAuth2ProtectedResourceMetadataFilter
                || filter instanceof SignallingChainFilter
                || filter instanceof WebAsyncManagerIntegrationFilter;
    }

    /**
     * Writes headers, and marks the request as one that is signalled. The filter wraps the request only to support includes. The
     * original request is passed on. The response never adds the id of a session to an address, as with {@link
     * DisableEncodeUrlFilter}, which belongs to the session management that is switched off.
     */
    private static Filter beginning(Filter headers) {
        return (request, response, chain) -> {
            passOnToCallables(request);
            ServletResponse stateless = SignallingChainFilter.begin(request).statelessResponseOf(response);
            headers.doFilter(request, stateless, (ignored, wrapped) -> chain.doFilter(request, wrapped));
        };
    }

    /** What {@link WebAsyncManagerIntegrationFilter} does, which also notes in an attribute of the request that it has run. */
    private static void passOnToCallables(ServletRequest request) {
        WebAsyncUtils.getAsyncManager(request)
                .registerCallableInterceptor(
                        WebAsyncManagerIntegrationFilter.class, new SecurityContextCallableProcessingInterceptor());
    }

    /**
     * Skips the filter without an Origin header: to read a handler's CORS settings, Spring MVC looks the handler up a second time.
     */
    private static Filter whereThereIsAnOrigin(Filter cors) {
        return (request, response, chain) -> {
            if (((HttpServletRequest) request).getHeader(HttpHeaders.ORIGIN) == null) {
                chain.doFilter(request, response);
            } else {
                cors.doFilter(request, response, chain);
            }
        };
    }

    /** The filters after the authentication. Some only concern requests that nobody is authenticated for. */
    private Filter afterAuthentication(List<Filter> filters) {
        List<Filter> forAuthenticated = filters.stream()
                .filter(Predicate.not(this::isForUnauthenticated))
                .toList();
        AuthenticationTrustResolver trust = new AuthenticationTrustResolverImpl();
        return (request, response, chain) -> {
            boolean isAuthenticated =
                    trust.isAuthenticated(SecurityContextHolder.getContext().getAuthentication());
            new Steps(isAuthenticated ? forAuthenticated : filters, chain).doFilter(request, response);
        };
    }

    /** One filter only provides an authentication if there is none, and the other lets each authenticated request pass. */
    private boolean isForUnauthenticated(Filter filter) {
        return filter instanceof AnonymousAuthenticationFilter || onlyDeniesTheUnauthenticated(filter);
    }

    /** Whether the filter decides as configured, and neither observes its decisions nor publishes those that grant. */
    private boolean onlyDeniesTheUnauthenticated(Filter filter) {
        return filter instanceof AuthorizationFilter authorization
                && authorization.getAuthorizationManager() instanceof RequestMatcherDelegatingAuthorizationManager
                && !publishesDecisions;
    }

    /** Filters one after the other, and then the rest of the chain. Used for one request. */
    private static final class Steps implements FilterChain {

        private final List<Filter> filters;
        private final FilterChain rest;
        private int next;

        Steps(List<Filter> filters, FilterChain rest) {
            this.filters = filters;
            this.rest = rest;
        }

        @Override
        public void doFilter(ServletRequest request, ServletResponse response) throws IOException, ServletException {
            if (next == filters.size()) {
                rest.doFilter(request, response);
            } else {
                filters.get(next++).doFilter(request, response, this);
            }
        }
    }
}
