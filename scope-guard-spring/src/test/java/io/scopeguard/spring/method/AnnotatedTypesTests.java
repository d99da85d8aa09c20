package io.scopeguard.spring.method;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnnotatedTypesTests {

    @ParameterizedTest
    @CsvSource({
        "org.springframework.core.Ordered,                   /m2/spring-core-7.0.10.jar,                       true",
        "org.springframework.core.Ordered,                   nested:/app.jar/!BOOT-INF/lib/spring-core.jar!/,  true",
        "org.springframework.core.Ordered,                   /srv/app.jar,                                     false",
        "org.springframework.reports.Reports,                nested:/app.jar/!BOOT-INF/classes/!/,             false",
        "org.springframework.reports.Reports,                /spring-reports/target/classes/,                  false",
        "org.springframework.samples.petclinic.Owners,       /m2/spring-petclinic-4.jar,                       false",
        "org.springframework.ai.mcp.sample.server.Provider,  /m2/spring-ai-mcp-sample-1.jar,                   false",
        "com.example.Reports,                                /m2/spring-core-7.0.10.jar,                       false"
    })
    void isSpringsThenByPackageAndJar(String name, String jar, boolean isSprings) {
        assertThat(AnnotatedTypes.isSprings(name, jar)).isEqualTo(isSprings);
    }
}
