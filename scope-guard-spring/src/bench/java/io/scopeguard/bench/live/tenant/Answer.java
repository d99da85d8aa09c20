package io.scopeguard.bench.live.tenant;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer of the Management API.
 *
 * @param kind names the endpoint in counts and faults
 * @param body is written as JSON
 * @param total length of the whole list, where it is paged
 */
record Answer(
        String kind, int status, Object body, @Nullable Integer total) {

    static Answer of(String kind, Object body) {
        return new Answer(kind, 200, body, null);
    }

    static Answer error(String kind, int status, String code) {
        return new Answer(kind, status, Map.of("code", code, "message", code), null);
    }

    Answer emptied() {
        return status == 200 && body instanceof List
                ? new Answer(kind, 200, List.of(), total == null ? null : 0)
                : this;
    }
}
