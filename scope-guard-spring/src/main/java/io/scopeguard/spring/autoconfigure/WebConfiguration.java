package io.scopeguard.spring.autoconfigure;

import static org.springframework.security.config.Customizer.withDefaults;

import io.scopeguard.spring.authorization.AuthenticatedOrPublicAuthorizationManager;
import io.scopeguard.spring.authorization.DecisionArgumentResolver;
import io.scopeguard.spring.authorization.DeclaredScopes;
import io.scopeguard.spring.authorization.GrantedInvocation;
import io.scopeguard.spring.authorization.GuardInstallation;
import io.scopeguard.spring.authorization.GuardingHandlerAdapter;
import io.scopeguard.spring.authorization.HandlerCatalog;
import io.scopeguard.spring.authorization.HandlerRules;
import io.scopeguard.spring.authorization.InvocationDecorator;
import io.scopeguard.spring.authorization.OrganizationResolver;
import io.scopeguard.spring.authorization.OtherServletsFilter;
import io.scopeguard.spring.authorization.RequirementReader;
import io.scopeguard.spring.authorization.RoleAuthorizationManagerFactory;
import io.scopeguard.spring.authorization.ScopeAuthorizationManagerFactory;
import io.scopeguard.spring.authorization.ScopeAuthorizer;
import io.scopeguard.spring.authorization.ScopeGuardInterceptor;
import io.scopeguard.spring.authorization.UnannotatedPolicy;
import io.scopeguard.spring.autoconfigure.ScopeGuardProperties.Authorities;
import io.scopeguard.spring.autoconfigure.ScopeGuardProperties.Unannotated;
import io.scopeguard.spring.provider.ProviderRegistrations;
import io.scopeguard.spring.response.ApiAddress;
import io.scopeguard.spring.response.ProblemAccessDeniedHandler;
import io.scopeguard.spring.response.ProblemAuthenticationEntryPoint;
import io.scopeguard.spring.response.ProblemResponseWriter;
import io.scopeguard.spring.response.SignalHeaderWriter;
import io.scopeguard.spring.response.SignallingChainFilter;
import io.scopeguard.spring.security.HeaderCharacters;
import io.scopeguard.spring.stream.StreamGuard;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpHeaders;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.oauth2.server.resource.web.OAuth2ProtectedResourceMetadataFilter;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.header.HeaderWriterFilter;
import org.springframework.web.filter.CorsFilter;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.multipart.support.StandardServletMultipartResolver;
import org.springframework.web.servlet.handler.MappedInterceptor;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;

/** The guard in Spring MVC, and a filter chain for applications that define none. */
@Configuration(proxyBeanMethods = false)
final class WebConfiguration {

    @Bean
    RequirementReader requirementReader(ScopeGuardProperties properties, Environment environment) {
        AudienceSettings settings = new AudienceSettings(properties);
        return new RequirementReader(settings.defaultAudience(), settings.resources(), environment);
    }

    @Bean
    UnannotatedPolicy unannotatedPolicy(ScopeGuardProperties properties) {
        return new UnannotatedPolicy(properties.unannotated() == Unannotated.DENY, properties.open());
    }

    @Bean
    HandlerRules handlerRules(RequirementReader reader, DeclaredScopes declared, UnannotatedPolicy policy) {
        return new HandlerRules(reader, declared, policy);
    }

    @Bean
    GuardInstallation guardInstallation(
            ApplicationContext context,
            HandlerRules rules,
            OrganizationResolver organizations,
            UnannotatedPolicy policy,
            HandlerCatalog catalog) {
        return new GuardInstallation(context, rules, organizations, policy, catalog);
    }

    @Bean
    HandlerCatalog handlerCatalog() {
        return new HandlerCatalog();
    }

    @Bean
    StartupReport startupReport(
            ScopeGuardProperties properties, ProviderRegistrations providers, HandlerCatalog handlers) {
        return new StartupReport(properties, providers, handlers);
    }

    @Bean
    ScopeAuthorizationManagerFactory scopeAuthorizationManagerFactory(
            RequirementReader reader,
            DeclaredScopes declared,
            OrganizationResolver organizations,
            ScopeAuthorizer authorizer) {
        return new ScopeAuthorizationManagerFactory(reader, declared, organizations, authorizer);
    }

    @Bean
    RoleAuthorizationManagerFactory roleAuthorizationManagerFactory(ScopeAuthorizationManagerFactory scopes) {
        return new RoleAuthorizationManagerFactory(scopes);
    }

    @Bean
    ApiAddress apiAddress(ScopeGuardProperties properties) {
        return new ApiAddress(new GuardSettingsFactory(properties).publicUrl(), Set.copyOf(properties.resources()));
    }

    @Bean
    ProblemResponseWriter problemResponseWriter(ApiAddress address, SignalHeaderWriter signals) {
        return new ProblemResponseWriter(address, signals);
    }

    @Bean
    ProblemAuthenticationEntryPoint problemAuthenticationEntryPoint(ProblemResponseWriter writer) {
        return new ProblemAuthenticationEntryPoint(writer);
    }

    @Bean
    ProblemAccessDeniedHandler problemAccessDeniedHandler(
            ProblemResponseWriter writer, ScopeGuardProperties properties) {
        return new ProblemAccessDeniedHandler(writer, properties.authorities() == Authorities.TOKEN);
    }

    @Bean
    ScopeGuardInterceptor scopeGuardInterceptor(
            HandlerRules rules,
            OrganizationResolver organizations,
            ScopeAuthorizer authorizer,
            ProblemResponseWriter writer,
            SignalHeaderWriter signals,
            UnannotatedPolicy policy) {
        return new ScopeGuardInterceptor(rules, organizations, authorizer, writer, signals, policy);
    }

    /** Every handler mapping detects such beans, including mappings that no {@code WebMvcConfigurer} configures. */
    @Bean
    MappedInterceptor scopeGuardMappedInterceptor(ScopeGuardInterceptor interceptor) {
        return new MappedInterceptor(null, null, interceptor);
    }

    /** For handler mappings that ignore interceptors, and for additional {@code DispatcherServlet}s of the context. */
    @Bean
    GuardingHandlerAdapter guardingHandlerAdapter(
            ScopeGuardInterceptor interceptor, StreamGuard streams, ObjectProvider<InvocationDecorator> decorators) {
        GrantedInvocation invocation = streams;
        for (InvocationDecorator decorator : decorators.orderedStream().toList()) {
            invocation = decorator.decorate(invocation);
        }
        return new GuardingHandlerAdapter(interceptor, invocation);
    }

    /** Resolves arguments of type {@code Decision}, also if the application configures Spring MVC itself. */
    @Bean
    static BeanPostProcessor decisionArgumentPostProcessor() {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessBeforeInitialization(Object bean, String beanName) {
                if (bean instanceof RequestMappingHandlerAdapter adapter) {
                    List<HandlerMethodArgumentResolver> resolvers = new ArrayList<>();
                    if (adapter.getCustomArgumentResolvers() != null) {
                        resolvers.addAll(adapter.getCustomArgumentResolvers());
                    }
                    resolvers.add(new DecisionArgumentResolver());
                    adapter.setCustomArgumentResolvers(resolvers);
                }
                return bean;
            }
        };
    }

    /** The last filter: only servlets come after it. */
    @Bean
    @ConditionalOnProperty(name = "scope-guard.unannotated", havingValue = "deny")
    FilterRegistrationBean<OtherServletsFilter> scopeGuardOtherServlets(
            UnannotatedPolicy policy, ProblemResponseWriter writer) {
        FilterRegistrationBean<OtherServletsFilter> registration =
                new FilterRegistrationBean<>(new OtherServletsFilter(policy, writer));
        registration.setDispatcherTypes(EnumSet.allOf(DispatcherType.class));
        registration.setOrder(Ordered.LOWEST_PRECEDENCE);
        return registration;
    }

    /** Allows the same headers as the default firewall, without its regular expressions, which are expensive for long tokens. */
    @Bean
    @ConditionalOnMissingBean
    HttpFirewall httpFirewall() {
        StrictHttpFirewall firewall = new StrictHttpFirewall();
        firewall.setAllowedHeaderNames(HeaderCharacters::areAllowedInName);
        firewall.setAllowedHeaderValues(HeaderCharacters::areAllowedInValue);
        return firewall;
    }

    /** Multipart bodies would otherwise be read before any interceptor runs. */
    @Bean
    static BeanPostProcessor lazyMultipartPostProcessor() {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String beanName) {
                if (bean instanceof StandardServletMultipartResolver resolver) {
                    resolver.setResolveLazily(true);
                }
                return bean;
            }
        };
    }

    @Bean
    AuthenticatedOrPublicAuthorizationManager authenticatedOrPublic(HandlerRules rules, UnannotatedPolicy policy) {
        return new AuthenticatedOrPublicAuthorizationManager(rules, policy);
    }

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
            } else if (filter instanceof CorsFilter && !hasOwnCors) {
                filters.add(whereThereIsAnOrigin(filter));
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

    /** The filter wraps the request only to support includes. The original request is passed on. */
    private static Filter withoutWrappedRequest(Filter headers) {
        return (request, response, chain) -> {
            SignalHeaderWriter.expect(request);
            headers.doFilter(request, response, (ignored, wrapped) -> chain.doFilter(request, wrapped));
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
