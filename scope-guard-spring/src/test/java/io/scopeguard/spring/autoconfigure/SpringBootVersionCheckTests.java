package io.scopeguard.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.scopeguard.spring.InvalidSettingException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The supported versions of Spring Boot. The module boot-3 contains an application on 3.5. */
class SpringBootVersionCheckTests {

    /** In 4.0, the classes of the resource server are in another package. */
    @ParameterizedTest
    @ValueSource(strings = {"2.7.18", "3.5.16", "4.0.0", "4.0.12", "4.0.1-SNAPSHOT"})
    void checkWhenTheVersionIsOlderThenFails(String version) {
        assertThatThrownBy(() -> SpringBootVersionCheck.check(version))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("needs Spring Boot 4.1 or newer")
                .hasMessageContaining(version);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"4.1.0", "4.1.2", "4.1.0-M1", "4.10.0", "5.0.0", "unknown"})
    void checkWhenTheVersionIsSupportedOrUnknownThenPasses(String version) {
        assertThatCode(() -> SpringBootVersionCheck.check(version)).doesNotThrowAnyException();
    }
}
