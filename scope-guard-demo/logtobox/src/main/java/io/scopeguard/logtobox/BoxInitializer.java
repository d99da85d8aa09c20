package io.scopeguard.logtobox;

import io.scopeguard.logtobox.directory.Directory;
import java.time.Clock;
import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.context.aot.AotApplicationContextInitializer;

/**
 * Adds the objects from the builder to the box's context. If the surrounding application was processed ahead of time, Spring Boot
 * would also load its generated beans into the box and ignore {@link BoxConfiguration}. It does not load generated beans if there
 * is an initializer of this type, and this one reads the configuration.
 */
record BoxInitializer(Clock clock, Directory directory)
        implements AotApplicationContextInitializer<ConfigurableApplicationContext> {

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        context.getBeanFactory().registerSingleton("clock", clock);
        context.getBeanFactory().registerSingleton("directory", directory);
        if (AotDetector.useGeneratedArtifacts()) {
            new AnnotatedBeanDefinitionReader((BeanDefinitionRegistry) context).register(BoxConfiguration.class);
        }
    }
}
