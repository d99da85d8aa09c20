package io.scopeguard.spring.security;

import io.scopeguard.spring.metadata.ResourceMetadata;
import io.scopeguard.spring.response.ProblemAccessDeniedHandler;
import io.scopeguard.spring.response.ProblemAuthenticationEntryPoint;
import io.scopeguard.spring.response.SignalHeaderWriter;
import io.scopeguard.spring.response.SignallingChainFilter;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.resource.OAuth2ResourceServerConfigurer;
import org.springframework.security.web.header.HeaderWriterFilter;

/**
 * Configures each chain of the application that is a resource server to respond as Scope Guard does: problems, signals and
 * metadata. Other chains remain unchanged. To keep a chain's own responses, remove this configurer from it:
 * {@code http.with(new ScopeGuardHttpConfigurer(), AbstractHttpConfigurer::disable)}.
 *
 * <p>Found by Spring Security through {@code spring.factories}.
 *
 * @since 0.1
 */
public final class ScopeGuardHttpConfigurer extends AbstractHttpConfigurer<ScopeGuardHttpConfigurer, HttpSecurity> {

    @Override
    public void init(HttpSecurity http) {
        ApplicationContext context = http.getSharedObject(ApplicationContext.class);
        SignalHeaderWriter signals =
                context.getBeanProvider(SignalHeaderWriter.class).getIfAvailable();
        OAuth2ResourceServerConfigurer<HttpSecurity> resourceServer = resourceServer(http);
        if (signals == null || resourceServer == null) {
            return;
        }
        resourceServer
                .authenticationEntryPoint(context.getBean(ProblemAuthenticationEntryPoint.class))
                .accessDeniedHandler(context.getBean(ProblemAccessDeniedHandler.class))
                .protectedResourceMetadata(metadata -> metadata.protectedResourceMetadataCustomizer(
                        context.getBean(ResourceMetadata.class)::describe));
        write(http, signals);
    }

    @SuppressWarnings("unchecked")
    private static @Nullable OAuth2ResourceServerConfigurer<HttpSecurity> resourceServer(HttpSecurity http) {
        return http.getConfigurer(OAuth2ResourceServerConfigurer.class);
    }

    @SuppressWarnings("unchecked")
    private static void write(HttpSecurity http, SignalHeaderWriter signals) {
        boolean without = http.getConfigurer(HeadersConfigurer.class) == null;
        http.headers(headers -> (without ? headers.defaultsDisabled() : headers).addHeaderWriter(signals))
                .addFilterBefore(new SignallingChainFilter(), HeaderWriterFilter.class);
    }
}
