package io.scopeguard.spring.autoconfigure;

import io.scopeguard.ScopeGuard;
import io.scopeguard.spring.authorization.DeclaredScopes;
import io.scopeguard.spring.authorization.OwnServlets;
import io.scopeguard.spring.metadata.ResourceMetadata;
import io.scopeguard.spring.metadata.ResourceMetadataServlet;
import io.scopeguard.spring.metadata.ResourceMetadataValve;
import io.scopeguard.spring.response.ApiAddress;
import io.scopeguard.spring.security.OpenServlets;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.web.SecurityFilterChain;

/** The endpoint of the protected resource metadata, which challenges point to. */
@Configuration(proxyBeanMethods = false)
final class MetadataConfiguration {

    @Bean
    ResourceMetadata resourceMetadata(ScopeGuard scopeGuardCore, DeclaredScopes declaredScopes) {
        return new ResourceMetadata(scopeGuardCore, declaredScopes);
    }

    /** A separate servlet, so that the path does not depend on the mapping of the {@code DispatcherServlet}. */
    @Bean(OwnServlets.RESOURCE_METADATA)
    ServletRegistrationBean<ResourceMetadataServlet> scopeGuardResourceMetadata(
            ResourceMetadata resourceMetadata, ApiAddress apiAddress) {
        ServletRegistrationBean<ResourceMetadataServlet> servlet = new ServletRegistrationBean<>(
                new ResourceMetadataServlet(resourceMetadata, apiAddress),
                ApiAddress.METADATA_PATH,
                ApiAddress.METADATA_PATH + "/*");
        servlet.setName(OwnServlets.RESOURCE_METADATA);
        return servlet;
    }

    /** Before the application's own chains, which would ask for a token. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    SecurityFilterChain scopeGuardResourceMetadataFilterChain() {
        return OpenServlets.chain(OwnServlets.RESOURCE_METADATA::equals);
    }

    /** RFC 9728 puts the path of a resource after the well-known path: with a context path that is outside of the context. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(TomcatServletWebServerFactory.class)
    static class OutsideOfTheContext {

        @Bean
        WebServerFactoryCustomizer<TomcatServletWebServerFactory> scopeGuardResourceMetadataValve(
                ResourceMetadata resourceMetadata, ApiAddress apiAddress) {
            return factory -> {
                if (!factory.getContextPath().isEmpty()) {
                    factory.addEngineValves(
                            new ResourceMetadataValve(resourceMetadata, apiAddress, factory.getContextPath()));
                }
            };
        }
    }
}
