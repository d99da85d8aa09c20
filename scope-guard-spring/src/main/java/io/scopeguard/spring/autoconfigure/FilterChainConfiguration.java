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
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.server.resource.web.OAuth2ProtectedResourceMetadataFilter;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.context.request.async.SecurityContextCallableProcessingInterceptor;
import org.springframework.security.web.context.request.async.WebAsyncManagerIntegrationFilter;
import org.springframework.security.web.header.HeaderWriterFilter;
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
        return lean(chain, context.containsBean("corsFilter") || context.containsBean("corsConfigurationSource"));
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
    private static SecurityFilterChain lean(DefaultSecurityFilterChain chain, boolean hasOwnCors) {
        List<Filter> filters = new ArrayList<>();
        for (Filter filter : chain.getFilters()) {
            if (filter instanceof HeaderWriterFilter) {
                filters.add(withoutWrappedRequest(filter));
            } else if (filter instanceof WebAsyncManagerIntegrationFilter) {
                filters.add(FilterChainConfiguration::passOnToCallables);
            } else if (filter instanceof CorsFilter && !hasOwnCors) {
                filters.add(whereThereIsAnOrigin(filter));
            } else if (filter instanceof AnonymousAuthenticationFilter) {
                filters.add(whereNobodyIsAuthenticated(filter));
            } else if (!isNeedless(filter)) {
                filters.add(filter);
            }
        }
        return new DefaultSecurityFilterChain(chain.getRequestMatcher(), filters);
    }

    /** Metadata has a chain of its own, and {@link #withoutWrappedRequest} already marks the request as one that is signalled. */
    private static boolean isNeedless(Filter filter) {
        return filter instanceof OAuth2ProtectedResourceMetadataFilter || filter instanceof SignallingChainFilter;
    }

    /** Replaces the filter of this name, which notes in an attribute of the request that it has run. */
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

    /** Skips the filter if there is an authentication, because it only provides one if there is none. */
    private static Filter whereNobodyIsAuthenticated(Filter anonymous) {
        return (request, response, chain) -> {
            if (SecurityContextHolder.getContext().getAuthentication() == null) {
                anonymous.doFilter(request, response, chain);
            } else {
                chain.doFilter(request, response);
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
}
