package io.scopeguard.spring.test;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.webmvc.test.autoconfigure.MockMvcBuilderCustomizer;
import org.springframework.context.annotation.Bean;

/** Explains rejected requests of MockMvc, for any identity provider of the test. */
@AutoConfiguration
@ConditionalOnProperty(name = "scope-guard.enabled", havingValue = "true", matchIfMissing = true)
final class UnverifiedTokenAutoConfiguration {

    @Bean
    MockMvcBuilderCustomizer unverifiedTokensExplained(ObjectProvider<TestIdentityProvider> replacement) {
        return builder -> builder.alwaysDo(new UnverifiedTokenCheck(replacement.getIfAvailable() != null));
    }
}
