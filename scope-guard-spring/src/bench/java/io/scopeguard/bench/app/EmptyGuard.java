package io.scopeguard.bench.app;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;

/** The starter's filter chain without a decision, with a decoder and a converter that look up a finished result. */
@Configuration(proxyBeanMethods = false)
class EmptyGuard {

    private static final List<String> DECIDING = List.of(
            "scopeGuardMappedInterceptor", "guardingHandlerAdapter", "guardInstallation", "annotationAccounting");

    @Bean
    JwtDecoder jwtDecoder() {
        JwtDecoder map = new MapLookup().jwtDecoder();
        Map<String, Jwt> known = new ConcurrentHashMap<>();
        return token -> {
            Jwt jwt = known.get(token);
            return jwt != null ? jwt : known.computeIfAbsent(token, key -> new Principal(map.decode(key)));
        };
    }

    @Bean
    JwtAuthenticationConverter jwtAuthenticationConverter() {
        JwtAuthenticationConverter converter = new JwtAuthenticationConverter();
        converter.setJwtGrantedAuthoritiesConverter(jwt -> List.of());
        converter.setJwtPrincipalConverter(jwt -> (Principal) jwt);
        return converter;
    }

    @Bean
    static BeanDefinitionRegistryPostProcessor guardRemover() {
        return new BeanDefinitionRegistryPostProcessor() {
            @Override
            public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
                DECIDING.forEach(registry::removeBeanDefinition);
            }
        };
    }

    /** A token that is its own principal, as in the starter. */
    private static final class Principal extends Jwt implements OAuth2AuthenticatedPrincipal {

        Principal(Jwt jwt) {
            super(jwt.getTokenValue(), jwt.getIssuedAt(), jwt.getExpiresAt(), jwt.getHeaders(), jwt.getClaims());
        }

        @Override
        public String getName() {
            return getSubject();
        }

        @Override
        public Map<String, Object> getAttributes() {
            return getClaims();
        }

        @Override
        public Collection<? extends GrantedAuthority> getAuthorities() {
            return List.of();
        }
    }
}
