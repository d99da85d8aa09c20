package io.scopeguard.spring.support;

import org.springframework.boot.jackson.JacksonMixinModuleEntries;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigUtils;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.core.type.classreading.CachingMetadataReaderFactory;
import org.springframework.core.type.classreading.MetadataReaderFactory;

/**
 * Shortens the start of an application in tests by about a fifth. Class files are read once in a process instead of once in an
 * application, and packages are not searched for Jackson mix-ins, which no test has.
 */
public final class QuickStart implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    /** The name by which Spring Boot shares a reader within an application. */
    private static final String READERS = "org.springframework.boot.autoconfigure.internalCachingMetadataReaderFactory";

    private static final String MIXINS = "jacksonMixinModuleEntries";
    private static final ClassLoader LOADER = QuickStart.class.getClassLoader();
    private static final MetadataReaderFactory SHARED =
            new CachingMetadataReaderFactory(new DefaultResourceLoader(LOADER));

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        // A test may hide classes from an application.
        if (context.getClassLoader() == LOADER && context instanceof GenericApplicationContext generic) {
            generic.registerBean(READERS, MetadataReaderFactory.class, () -> SHARED);
            generic.getBeanDefinition(AnnotationConfigUtils.CONFIGURATION_ANNOTATION_PROCESSOR_BEAN_NAME)
                    .getPropertyValues()
                    .add("metadataReaderFactory", SHARED);
            generic.addBeanFactoryPostProcessor(beans -> withoutMixins(generic));
        }
    }

    private static void withoutMixins(GenericApplicationContext context) {
        if (context.containsBeanDefinition(MIXINS)) {
            context.removeBeanDefinition(MIXINS);
            context.registerBean(
                    MIXINS, JacksonMixinModuleEntries.class, () -> JacksonMixinModuleEntries.create(builder -> {}));
        }
    }
}
