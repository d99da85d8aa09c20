package io.scopeguard.spring.autoconfigure;

import io.scopeguard.spring.authorization.CallToken;
import io.scopeguard.spring.authorization.DeclaredScopes;
import io.scopeguard.spring.authorization.HandlerRules;
import io.scopeguard.spring.authorization.RequirementReader;
import io.scopeguard.spring.authorization.ScopeAuthorizer;
import io.scopeguard.spring.authorization.ScopeChecker;
import io.scopeguard.spring.method.AnnotatedBeanCheck;
import io.scopeguard.spring.method.AnnotationAccounting;
import io.scopeguard.spring.method.GuardedBeanCheck;
import io.scopeguard.spring.method.MethodAuthorizationManager;
import io.scopeguard.spring.method.MethodRules;
import io.scopeguard.spring.method.NamedOperations;
import io.scopeguard.spring.method.ScopesPointcut;
import java.time.Clock;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.config.AopConfigUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.context.annotation.Role;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.authorization.method.AuthorizationInterceptorsOrder;
import org.springframework.security.authorization.method.AuthorizationManagerBeforeMethodInterceptor;
import org.springframework.security.authorization.method.MethodAuthorizationDeniedHandler;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolderStrategy;

/** Method security for annotated methods that are not web handlers, also without {@code @EnableMethodSecurity}. */
@Configuration(proxyBeanMethods = false)
@Import(MethodConfiguration.ProxyCreator.class)
final class MethodConfiguration {

    private static final String SCOPE_CHECKER = "scopeGuard";

    @Bean
    MethodRules methodRules(RequirementReader requirementReader, DeclaredScopes declaredScopes) {
        return new MethodRules(requirementReader, declaredScopes);
    }

    @Bean
    CallToken callToken(@Qualifier(ScopeGuardAutoConfiguration.CLOCK) Clock clock, ScopeGuardProperties properties) {
        return new CallToken(clock, properties.clockSkew());
    }

    @Bean
    MethodAuthorizationManager scopesAuthorizationManager(
            MethodRules methodRules, ScopeAuthorizer scopeAuthorizer, CallToken callToken) {
        return new MethodAuthorizationManager(methodRules, scopeAuthorizer, callToken);
    }

    /** Named for expressions: {@code @scopeGuard.has(…)}. */
    @Bean(SCOPE_CHECKER)
    @ConditionalOnMissingBean(name = SCOPE_CHECKER)
    ScopeChecker scopeChecker(
            RequirementReader requirementReader, ScopeAuthorizer scopeAuthorizer, CallToken callToken) {
        return new ScopeChecker(requirementReader, scopeAuthorizer, callToken);
    }

    /** Created before most other beans, so it resolves its dependencies when a method is called. */
    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static AuthorizationManagerBeforeMethodInterceptor scopesMethodInterceptor(
            ObjectProvider<MethodRules> rules,
            ObjectProvider<MethodAuthorizationManager> manager,
            ObjectProvider<SecurityContextHolderStrategy> strategy) {
        AuthorizationManagerBeforeMethodInterceptor interceptor = new AuthorizationManagerBeforeMethodInterceptor(
                new ScopesPointcut(rules::getObject), new DeferredManager(manager));
        interceptor.setOrder(AuthorizationInterceptorsOrder.PRE_FILTER.getOrder() - 1);
        strategy.ifAvailable(interceptor::setSecurityContextHolderStrategy);
        return interceptor;
    }

    @Bean
    static AnnotatedBeanCheck annotatedBeanCheck(ConfigurableListableBeanFactory beans) {
        return new AnnotatedBeanCheck(beans);
    }

    @Bean
    static GuardedBeanCheck guardedBeanCheck(ConfigurableListableBeanFactory beans) {
        return new GuardedBeanCheck(beans);
    }

    @Bean
    AnnotationAccounting annotationAccounting(
            ConfigurableListableBeanFactory beans,
            MethodRules methodRules,
            HandlerRules handlerRules,
            AnnotatedBeanCheck annotatedBeanCheck,
            GuardedBeanCheck guardedBeanCheck,
            ObjectProvider<NamedOperations> operations) {
        return new AnnotationAccounting(
                beans, methodRules, handlerRules, annotatedBeanCheck, guardedBeanCheck, operations);
    }

    /** Waits with everything that decisions need until there is one to make. */
    private record DeferredManager(ObjectProvider<MethodAuthorizationManager> manager)
            implements AuthorizationManager<MethodInvocation>, MethodAuthorizationDeniedHandler {

        @Override
        public AuthorizationResult authorize(
                Supplier<? extends @Nullable Authentication> authentication, MethodInvocation call) {
            return manager.getObject().authorize(authentication, call);
        }

        @Override
        public Object handleDeniedInvocation(MethodInvocation call, AuthorizationResult result) {
            return manager.getObject().handleDeniedInvocation(call, result);
        }
    }

    /** Creates the proxies, regardless of {@code spring.aop.auto}. */
    static final class ProxyCreator implements ImportBeanDefinitionRegistrar {

        @Override
        public void registerBeanDefinitions(AnnotationMetadata importing, BeanDefinitionRegistry registry) {
            AopConfigUtils.registerAutoProxyCreatorIfNecessary(registry);
        }
    }
}
