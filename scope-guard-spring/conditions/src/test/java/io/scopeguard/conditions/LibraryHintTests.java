package io.scopeguard.conditions;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.autoconfigure.ScopeGuardAutoConfiguration;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.context.annotation.ImportRuntimeHints;

/** Libraries that the guard detects by the name of a class, which a native image has to contain. */
class LibraryHintTests {

    private static RuntimeHints hints(ClassLoader classes) {
        ImportRuntimeHints imported = ScopeGuardAutoConfiguration.class.getAnnotation(ImportRuntimeHints.class);
        RuntimeHints hints = new RuntimeHints();
        for (Class<? extends RuntimeHintsRegistrar> each :
                Objects.requireNonNull(imported).value()) {
            BeanUtils.instantiateClass(each).registerHints(hints, classes);
        }
        return hints;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint",
                "org.springframework.web.socket.WebSocketHandler",
                "jakarta.websocket.server.ServerEndpoint"
            })
    void libraryThenFoundByItsNameIfItIsThere(String type) {
        assertThat(RuntimeHintsPredicates.reflection().onType(TypeReference.of(type)))
                .accepts(hints(getClass().getClassLoader()))
                .rejects(hints(new FilteredClassLoader(type::equals)));
    }
}
