package io.scopeguard.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Properties;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.core.io.support.PropertiesLoaderUtils;

class AutoConfigurationMetadataTests {

    /** Without this metadata, start-up reads the class files of all auto-configurations to sort them. */
    @Test
    void autoConfigurationsAreDescribedInTheMetadata() throws IOException {
        ClassLoader loader = getClass().getClassLoader();
        List<String> own = StreamSupport.stream(
                        ImportCandidates.load(AutoConfiguration.class, loader).spliterator(), false)
                .filter(name -> name.startsWith("io.scopeguard.spring."))
                .toList();
        Properties metadata =
                PropertiesLoaderUtils.loadAllProperties("META-INF/spring-autoconfigure-metadata.properties", loader);

        assertThat(own).isNotEmpty();
        assertThat(metadata).containsKeys(own.toArray());
    }
}
