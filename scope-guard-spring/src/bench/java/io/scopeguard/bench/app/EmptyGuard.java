package io.scopeguard.bench.app;

import java.util.List;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The starter's filter chain without a decision, and with the cheapest possible decoder. */
@Configuration(proxyBeanMethods = false)
@Import(MapLookup.class)
class EmptyGuard {

    private static final List<String> DECIDING = List.of(
            "scopeGuardMappedInterceptor", "guardingHandlerAdapter", "guardInstallation", "annotationAccounting");

    @Bean
    static BeanDefinitionRegistryPostProcessor guardRemover() {
        return new BeanDefinitionRegistryPostProcessor() {
            @Override
            public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
                DECIDING.forEach(registry::removeBeanDefinition);
            }
        };
    }
}
