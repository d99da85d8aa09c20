package io.scopeguard.spring.autoconfigure;

import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.method.UnenforcedAnnotations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnNotWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Applications that cannot be guarded: start-up logs a warning or fails, so that they never run unguarded unnoticed.
 *
 * @since 0.1
 */
@AutoConfiguration
public final class UnguardedApplicationAutoConfiguration {

    private static final Logger log = LoggerFactory.getLogger(UnguardedApplicationAutoConfiguration.class);

    /** Switched off by name. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnSwitch(value = Switches.GUARD, havingValue = false, byDefault = true)
    static final class Disabled {

        Disabled() {
            log.warn(
                    "Scope Guard is switched off by scope-guard.enabled=false. Any valid token of the configured provider has"
                            + " access to every organization: nothing enforces @RequiresScopes, @RequiresRole or live"
                            + " permissions. If there is no provider, the application needs a JwtDecoder of its own.");
        }
    }

    /** A reactive application has no place for a servlet's guard. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    @ConditionalOnSwitch(value = Switches.GUARD, byDefault = true)
    static final class Reactive {

        @Bean
        static BeanFactoryPostProcessor scopeGuardNeedsServlets() {
            return beans -> {
                throw new InvalidSettingException(
                        "Scope Guard",
                        "guards servlet applications only, but this application is reactive (Spring WebFlux), where nothing"
                                + " would enforce @RequiresScopes",
                        "Use Spring MVC (spring-boot-starter-webmvc, spring.main.web-application-type=servlet), or remove the"
                                + " dependency on scope-guard-spring.");
            };
        }
    }

    /** Without a web application there is no token that a method could require scopes of. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnNotWebApplication
    @ConditionalOnSwitch(value = Switches.GUARD, byDefault = true)
    static final class NoWeb {

        @Bean
        static UnenforcedAnnotations unenforcedAnnotations(ConfigurableListableBeanFactory beans) {
            return new UnenforcedAnnotations(beans);
        }
    }
}
