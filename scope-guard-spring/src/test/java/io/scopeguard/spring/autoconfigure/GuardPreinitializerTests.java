package io.scopeguard.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.preinitialize.BackgroundPreinitializer;
import org.springframework.core.io.support.SpringFactoriesLoader;

/** Spring Boot would ignore a failure, and each start would take longer. */
class GuardPreinitializerTests {

    @Test
    void preinitializeWhenNothingIsConfiguredThenSucceeds() {
        assertThatCode(() -> new GuardPreinitializer().preinitialize()).doesNotThrowAnyException();
    }

    @Test
    void preinitializeLogtoWhenThereIsNoneThenSucceeds() {
        assertThatCode(() -> new LogtoPreinitializer().preinitialize()).doesNotThrowAnyException();
    }

    @Test
    void loadWhenSpringBootStartsThenFindsBoth() {
        assertThat(SpringFactoriesLoader.forDefaultResourceLocation().load(BackgroundPreinitializer.class))
                .hasAtLeastOneElementOfType(GuardPreinitializer.class)
                .hasAtLeastOneElementOfType(LogtoPreinitializer.class);
    }
}
