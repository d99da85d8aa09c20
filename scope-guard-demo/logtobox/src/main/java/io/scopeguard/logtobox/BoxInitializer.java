package io.scopeguard.logtobox;

import io.scopeguard.logtobox.directory.Directory;
import java.time.Clock;
import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.context.aot.AotApplicationContextInitializer;

/**
 * Puts what the builder was given into the box's context. Where the application around the box was processed ahead of time, Spring
 * Boot would load the beans that were generated for that application into the box too, and not read {@link BoxConfiguration}. It does
 * the former only if no initializer is of this type; the latter is done here.
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
