package io.scopeguard.logtobox.management;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The response of a handler: a status, an optional body, and events that do not follow from the call alone. */
record Reply(int status, @Nullable Object body, Paging paging, List<Event> events) {

    /** Whether a list is paged: never, on request, or always. */
    enum Paging {
        NEVER,
        OPTIONAL,
        ALWAYS
    }

    /** An event with members of its own, before or after those that describe the call. */
    record Event(String name, Map<String, ?> before, Map<String, ?> after) {}

    static Reply ok(Object body) {
        return new Reply(200, body, Paging.NEVER, List.of());
    }

    static Reply created(Object body) {
        return new Reply(201, body, Paging.NEVER, List.of());
    }

    /** Created, without a body. */
    static Reply created() {
        return new Reply(201, null, Paging.NEVER, List.of());
    }

    static Reply noContent() {
        return new Reply(204, null, Paging.NEVER, List.of());
    }

    /** A list that is always paged. Without a page number, the response contains the first twenty items. */
    static Reply paged(List<?> rows) {
        return new Reply(200, rows, Paging.ALWAYS, List.of());
    }

    /** A list that is returned as a whole unless the caller requests a page. */
    static Reply pageable(List<?> rows) {
        return new Reply(200, rows, Paging.OPTIONAL, List.of());
    }

    Reply with(String event, Map<String, ?> members) {
        return with(new Event(event, Map.of(), members));
    }

    Reply with(Event event) {
        return new Reply(
                status,
                body,
                paging,
                Stream.concat(events.stream(), Stream.of(event)).toList());
    }
}
