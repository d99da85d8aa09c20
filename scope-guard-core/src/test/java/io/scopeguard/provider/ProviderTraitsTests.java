package io.scopeguard.provider;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProviderTraitsTests {

    @ParameterizedTest
    @CsvSource({
        "0, 1, PT0S, 'pageSize and confirmationCalls must be at least 1, but are 0 and 1'",
        "100, 0, PT0S, 'pageSize and confirmationCalls must be at least 1, but are 100 and 0'",
        "100, 1, PT-1S, 'delay must not be negative, but is PT-1S'",
        "100, 1, PT1S, 'holders of roles cannot be listed by a provider with a delay'"
    })
    void newWhenValuesAreImpossibleThenRejected(int pageSize, int confirmationCalls, Duration delay, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ProviderTraits(
                        pageSize, true, true, confirmationCalls, Set.of(), Set.of(), Set.of(), Map.of(), delay))
                .withMessage(message);
    }
}
