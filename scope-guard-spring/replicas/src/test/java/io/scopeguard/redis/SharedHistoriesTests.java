package io.scopeguard.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.FactHistory;
import io.scopeguard.provider.Standing;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;

class SharedHistoriesTests {

    @Test
    void readWhenWrittenThenTheSame() {
        FactHistory history = new FactHistory(
                Standing.ACTIVE,
                Set.of("reader"),
                5,
                3,
                4,
                List.of(new FactHistory.Gain("reader", Long.MIN_VALUE, 3)),
                List.of(new FactHistory.Loss("\n", 1, 2, 3, 4)),
                true);

        assertThat(SharedJson.read(SharedJson.write(history), new TypeReference<FactHistory>() {}))
                .isEqualTo(history);
    }
}
