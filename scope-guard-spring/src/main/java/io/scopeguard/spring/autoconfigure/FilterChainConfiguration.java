package io.scopeguard.spring.autoconfigure;

import static org.springframework.security.config.Customizer.withDefaults;

import io.scopeguard.spring.authorization.AuthenticatedOrPublicAuthorizationManager;
import io.scopeguard.spring.response.SignallingChainFilter;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.authorization.AuthorizationEventPublisher;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.server.resource.web.OAuth2ProtectedResourceMetadataFilter;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.access.intercept.RequestMatcherDelegatingAuthorizationManager;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.context.request.async.SecurityContextCallableProcessingInterceptor;
import org.springframework.security.web.context.request.async.WebAsyncManagerIntegrationFilter;
import org.springframework.security.web.header.HeaderWriterFilter;
import org.springframework.security.web.session.DisableEncodeUrlFilter;
import org.springframework.web.context.request.async.WebAsyncUtils;
import org.springframework.web.filter.CorsFilter;

/** A filter chain for applications that define none. */
@Configuration(proxyBeanMethods = false)
final class FilterChainConfiguration {

    /** Switches Spring Security's observation of each filter off: it costs more than the guard, which has its own metrics. */
    @Bean
    @ConditionalOnMissingBean({SecurityFilterChain.class, SecurityObservationSettings.class})
    SecurityObservationSettings securityObservationSettings() {
        return SecurityObservationSettings.noObservations();
    }

    /**
     * For applications without a chain of their own: stateless, and open to requests without a token for {@code @PublicEndpoint}
     * handlers.
     */
    @Bean
    @ConditionalOnMissingBean(SecurityFilterChain.class)
    @Order(SecurityFilterProperties.BASIC_AUTH_ORDER)
    SecurityFilterChain scopeGuardFilterChain(
            HttpSecurity http,
            AuthenticatedOrPublicAuthorizationManager authenticatedOrPublic,
            ApplicationContext context) {
        DefaultSecurityFilterChain chain = stateless(http)
                .authorizeHttpRequests(requests -> requests.anyRequest().access(authenticatedOrPublic))
                .build();
        return lean(chain, context);
    }

    private static HttpSecurity stateless(HttpSecurity http) {
        return http.oauth2ResourceServer(resourceServer -> resourceServer.jwt(withDefaults()))
                .cors(withDefaults())
                .csrf(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .sessionManagement(AbstractHttpConfigurer::disable)
                .securityContext(
                        context -> context.securityContextRepository(new RequestAttributeSecurityContextRepository()));
    }

    /**
     * The same chain without the filters that only serve other paths or origins, because each filter costs time on every request.
     */
    private static SecurityFilterChain lean(DefaultSecurityFilterChain chain, ApplicationContext context) {
        boolean hasOwnCors = context.containsBean("corsFilter") || context.containsBean("corsConfigurationSource");
        List<Filter> filters = new ArrayList<>();
        for (Filter filter : chain.getFilters()) {
            if (filter instanceof HeaderWriterFilter) {
                filters.add(withoutWrappedRequest(filter));
            } else if (filter instanceof WebAsyncManagerIntegrationFilter) {
                filters.add(FilterChainConfiguration::passOnToCallables);
            } else if (filter instanceof CorsFilter && !hasOwnCors) {
                filters.add(whereThereIsAnOrigin(filter));
            } else if (filter instanceof AnonymousAuthenticationFilter
                    || onlyDeniesTheUnauthenticated(filter, context)) {
                filters.add(whereNobodyIsAuthenticated(filter));
            } else if (!isNeedless(filter)) {
                filters.add(filter);
            }
        }
        filters.add(FilterChainConfiguration::withoutSessionsInAddresses);
        return new DefaultSecurityFilterChain(chain.getRequestMatcher(), filters);
    }

    /** Metadata has a chain of its own, and {@link #withoutWrappedRequest} already marks the request as one that is signalled. */
    private static boolean isNeedless(Filter filter) {
        return filter instanceof OAuth2ProtectedResourceMetadataFilter || filter instanceof SignallingChainFilter;
    }

    /** Whether the filter decides as configured above, and neither observes its decisions nor publishes those that grant. */
    private static boolean onlyDeniesTheUnauthenticated(Filter filter, ApplicationContext context) {
        return filter instanceof AuthorizationFilter authorization
                && authorization.getAuthorizationManager() instanceof RequestMatcherDelegatingAuthorizationManager
                && context.getBeanNamesForType(AuthorizationEventPublisher.class).length == 0;
    }

    /** Stands for {@link DisableEncodeUrlFilter}, which belongs to the session management that is switched off. */
    private static void withoutSessionsInAddresses(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        chain.doFilter(request, new PlainAddresses((HttpServletResponse) response));
    }

    /** Replaces {@link WebAsyncManagerIntegrationFilter}, which notes in an attribute of the request that it has run. */
    private static void passOnToCallables(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        WebAsyncUtils.getAsyncManager(request)
                .registerCallableInterceptor(
                        WebAsyncManagerIntegrationFilter.class, new SecurityContextCallableProcessingInterceptor());
        chain.doFilter(request, response);
    }

    /** The filter wraps the request only to support includes. The original request is passed on. */
    private static Filter withoutWrappedRequest(Filter headers) {
        return (request, response, chain) -> {
            ServletResponse signalled = SignallingChainFilter.begin(request, response);
            headers.doFilter(request, signalled, (ignored, wrapped) -> chain.doFilter(request, wrapped));
        };
    }

    /**
     * Skips the filter if there is an authentication: one of the two filters only provides one if there is none, and the other lets
     * each authenticated request pass.
     */
    private static Filter whereNobodyIsAuthenticated(Filter filter) {
        AuthenticationTrustResolver trust = new AuthenticationTrustResolverImpl();
        return (request, response, chain) -> {
            if (trust.isAuthenticated(SecurityContextHolder.getContext().getAuthentication())) {
                chain.doFilter(request, response);
            } else {
                filter.doFilter(request, response, chain);
            }
        };
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

    /** Never adds the id of a session to an address. */
    private static final class PlainAddresses extends HttpServletResponseWrapper {

        PlainAddresses(HttpServletResponse response) {
            super(response);
        }

        @Override
        public String encodeURL(String url) {
            return url;
        }

        @Override
        public String encodeRedirectURL(String url) {
            return url;
        }
    }
}
