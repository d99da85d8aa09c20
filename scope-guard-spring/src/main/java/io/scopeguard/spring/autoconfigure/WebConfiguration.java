package io.scopeguard.spring.autoconfigure;

import io.scopeguard.spring.authorization.AuthenticatedOrPublicAuthorizationManager;
import io.scopeguard.spring.authorization.DecisionArgumentResolver;
import io.scopeguard.spring.authorization.DeclaredScopes;
import io.scopeguard.spring.authorization.ErrorPages;
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
import io.scopeguard.spring.provider.ProviderRegistrations;
import io.scopeguard.spring.request.RequestNotesValve;
import io.scopeguard.spring.response.ApiAddress;
import io.scopeguard.spring.response.ProblemAccessDeniedHandler;
import io.scopeguard.spring.response.ProblemAuthenticationEntryPoint;
import io.scopeguard.spring.response.ProblemResponseWriter;
import io.scopeguard.spring.response.SignalHeaderWriter;
import io.scopeguard.spring.security.PlainPathFirewall;
import io.scopeguard.spring.stream.StreamGuard;
import io.scopeguard.token.NativeCrypto;
import jakarta.servlet.DispatcherType;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.multipart.support.StandardServletMultipartResolver;
import org.springframework.web.servlet.handler.MappedInterceptor;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;

/** The guard in Spring MVC. */
@Configuration(proxyBeanMethods = false)
final class WebConfiguration {

    @Bean
    GuardInstallation guardInstallation(
            ApplicationContext context,
            HandlerRules handlerRules,
            OrganizationResolver organizationResolver,
            UnannotatedPolicy unannotatedPolicy,
            HandlerCatalog handlerCatalog) {
        return new GuardInstallation(context, handlerRules, organizationResolver, unannotatedPolicy, handlerCatalog);
    }

    @Bean
    HandlerCatalog handlerCatalog() {
        return new HandlerCatalog();
    }

    @Bean
    StartupReport startupReport(
            ScopeGuardProperties properties,
            ProviderRegistrations providerRegistrations,
            HandlerCatalog handlerCatalog) {
        return new StartupReport(properties, providerRegistrations, handlerCatalog);
    }

    /** Loaded once start-up and the first requests have no use for the processor. */
    @Bean
    ApplicationListener<ApplicationReadyEvent> nativeSignaturesLoader() {
        return ready -> {
            var unused = NativeCrypto.loadSoon();
        };
    }

    @Bean
    AuthenticatedOrPublicAuthorizationManager authenticatedOrPublic(
            HandlerRules handlerRules, UnannotatedPolicy unannotatedPolicy, ErrorPages errorPages) {
        return AuthenticatedOrPublicAuthorizationManager.withGuard(handlerRules, unannotatedPolicy, errorPages);
    }

    @Bean
    ScopeAuthorizationManagerFactory scopeAuthorizationManagerFactory(
            RequirementReader requirementReader,
            DeclaredScopes declaredScopes,
            OrganizationResolver organizationResolver,
            ScopeAuthorizer scopeAuthorizer) {
        return new ScopeAuthorizationManagerFactory(
                requirementReader, declaredScopes, organizationResolver, scopeAuthorizer);
    }

    @Bean
    RoleAuthorizationManagerFactory roleAuthorizationManagerFactory(
            ScopeAuthorizationManagerFactory scopeAuthorizationManagerFactory) {
        return new RoleAuthorizationManagerFactory(scopeAuthorizationManagerFactory);
    }

    @Bean
    ApiAddress apiAddress(ScopeGuardProperties properties) {
        return new ApiAddress(new GuardSettingsFactory(properties).publicUrl(), Set.copyOf(properties.resources()));
    }

    @Bean
    ProblemResponseWriter problemResponseWriter(ApiAddress apiAddress, SignalHeaderWriter signalHeaderWriter) {
        return new ProblemResponseWriter(apiAddress, signalHeaderWriter);
    }

    @Bean
    ProblemAuthenticationEntryPoint problemAuthenticationEntryPoint(ProblemResponseWriter problemResponseWriter) {
        return new ProblemAuthenticationEntryPoint(problemResponseWriter);
    }

    @Bean
    ProblemAccessDeniedHandler problemAccessDeniedHandler(
            ProblemResponseWriter problemResponseWriter, ScopeGuardProperties properties) {
        return new ProblemAccessDeniedHandler(problemResponseWriter, properties.authorities() == Authorities.TOKEN);
    }

    @Bean
    ScopeGuardInterceptor scopeGuardInterceptor(
            HandlerRules handlerRules,
            OrganizationResolver organizationResolver,
            ScopeAuthorizer scopeAuthorizer,
            ProblemResponseWriter problemResponseWriter,
            SignalHeaderWriter signalHeaderWriter,
            UnannotatedPolicy unannotatedPolicy,
            ErrorPages errorPages) {
        return new ScopeGuardInterceptor(
                handlerRules,
                organizationResolver,
                scopeAuthorizer,
                problemResponseWriter,
                signalHeaderWriter,
                unannotatedPolicy,
                errorPages);
    }

    /** Every handler mapping detects such beans, including mappings that no {@code WebMvcConfigurer} configures. */
    @Bean
    MappedInterceptor scopeGuardMappedInterceptor(ScopeGuardInterceptor scopeGuardInterceptor) {
        return new MappedInterceptor(null, null, scopeGuardInterceptor);
    }

    /** For handler mappings that ignore interceptors, and for additional {@code DispatcherServlet}s of the context. */
    @Bean
    GuardingHandlerAdapter guardingHandlerAdapter(
            ScopeGuardInterceptor scopeGuardInterceptor,
            StreamGuard streamGuard,
            ObjectProvider<InvocationDecorator> decorators) {
        GrantedInvocation invocation = streamGuard;
        for (InvocationDecorator decorator : decorators.orderedStream().toList()) {
            invocation = decorator.decorate(invocation);
        }
        return new GuardingHandlerAdapter(scopeGuardInterceptor, invocation);
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
    FilterRegistrationBean<OtherServletsFilter> scopeGuardOtherServlets(
            UnannotatedPolicy unannotatedPolicy, ProblemResponseWriter problemResponseWriter, ErrorPages errorPages) {
        FilterRegistrationBean<OtherServletsFilter> registration = new FilterRegistrationBean<>(
                new OtherServletsFilter(unannotatedPolicy, problemResponseWriter, errorPages));
        registration.setDispatcherTypes(EnumSet.allOf(DispatcherType.class));
        registration.setOrder(Ordered.LOWEST_PRECEDENCE);
        // Each filter costs time on every request.
        registration.setEnabled(unannotatedPolicy.isClosed());
        return registration;
    }

    /** Allows the same requests as the default firewall. */
    @Bean
    @ConditionalOnMissingBean
    HttpFirewall httpFirewall() {
        return new PlainPathFirewall();
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

    /** Writes the headers that are the same in each response cheaply, which depends on the server. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(TomcatServletWebServerFactory.class)
    static class InTomcat {

        @Bean
        WebServerFactoryCustomizer<TomcatServletWebServerFactory> scopeGuardRequestNotes() {
            return factory -> factory.addContextValves(new RequestNotesValve());
        }
    }
}
