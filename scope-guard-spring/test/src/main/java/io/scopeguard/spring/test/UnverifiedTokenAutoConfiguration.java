package io.scopeguard.spring.test;

import io.scopeguard.spring.autoconfigure.ConditionalOnSwitch;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.webmvc.test.autoconfigure.MockMvcBuilderCustomizer;
import org.springframework.context.annotation.Bean;

/** Explains rejected requests of MockMvc, for any identity provider of the test. */
@AutoConfiguration
@ConditionalOnSwitch(value = "scope-guard.enabled", byDefault = true)
final class UnverifiedTokenAutoConfiguration {

    @Bean
    MockMvcBuilderCustomizer unverifiedTokensExplained(ObjectProvider<TestIdentityProvider> replacement) {
        return builder -> builder.alwaysDo(new UnverifiedTokenCheck(replacement.getIfAvailable() != null));
    }
}
