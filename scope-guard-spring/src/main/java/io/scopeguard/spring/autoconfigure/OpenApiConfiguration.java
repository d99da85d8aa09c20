package io.scopeguard.spring.autoconfigure;

import io.scopeguard.Decision;
import io.scopeguard.Mode;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.scope.Audience;
import io.scopeguard.spring.authorization.DeclaredScopes;
import io.scopeguard.spring.authorization.HandlerRules;
import io.scopeguard.spring.autoconfigure.ScopeGuardProperties.Unannotated;
import io.scopeguard.spring.openapi.GuardComponents;
import io.scopeguard.spring.openapi.GuardedOperations;
import io.scopeguard.spring.openapi.TokenSchemes;
import io.scopeguard.spring.provider.ProviderRegistration;
import io.scopeguard.spring.provider.ProviderRegistrations;
import io.scopeguard.token.AccessToken;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springdoc.core.customizers.GlobalOperationCustomizer;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The guard in the OpenAPI document, where an application has springdoc. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(GlobalOperationCustomizer.class)
@ConditionalOnBooleanProperty(name = "springdoc.api-docs.enabled", matchIfMissing = true)
final class OpenApiConfiguration {

    /** The guard resolves such arguments; clients do not send them. */
    OpenApiConfiguration() {
        SpringDocUtils.getConfig().addRequestWrapperToIgnore(Decision.class, AccessToken.class);
    }

    @Bean
    TokenSchemes tokenSchemes(ProviderRegistrations providerRegistrations, DeclaredScopes declaredScopes) {
        Map<String, String> issuers = new LinkedHashMap<>();
        for (ProviderRegistration each : providerRegistrations) {
            IdentityProvider provider = each.provider();
            issuers.put(provider.name(), provider.issuers().get(0));
        }
        return new TokenSchemes(issuers, () -> sorted(declaredScopes));
    }

    @Bean
    GuardedOperations guardedOperations(
            HandlerRules handlerRules, TokenSchemes schemes, ScopeGuardProperties properties) {
        return new GuardedOperations(
                handlerRules, schemes, isSignalled(properties), properties.unannotated() == Unannotated.DENY);
    }

    @Bean
    GuardComponents guardComponents(TokenSchemes schemes, ScopeGuardProperties properties) {
        return new GuardComponents(schemes, isSignalled(properties));
    }

    private static boolean isSignalled(ScopeGuardProperties properties) {
        return properties.mode() != Mode.OBSERVE;
    }

    private static List<Audience> sorted(DeclaredScopes declared) {
        return declared.audiences().stream()
                .sorted(Comparator.comparing(Audience::isOrganization)
                        .reversed()
                        .thenComparing(Audience::value))
                .toList();
    }
}
