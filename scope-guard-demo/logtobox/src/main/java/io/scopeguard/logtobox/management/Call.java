package io.scopeguard.logtobox.management;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.function.ServerRequest;

/** A call of the Management API, for its handler. */
final class Call {

    private final ServerRequest request;

    Call(ServerRequest request) {
        this.request = request;
    }

    String path(String name) {
        return request.pathVariable(name);
    }

    Optional<String> query(String name) {
        return request.param(name).filter(value -> !value.isEmpty());
    }

    boolean flag(String name) {
        return query(name)
                .filter(value -> value.equals("true") || value.equals("1") || value.equals("yes"))
                .isPresent();
    }

    /** Whether one of the texts contains the search term; without a search term, everything matches. */
    boolean matchesSearch(@Nullable String... texts) {
        String sought = query("q").orElse("").toLowerCase(Locale.ROOT);
        return sought.isEmpty()
                || Stream.of(texts)
                        .anyMatch(text ->
                                text != null && text.toLowerCase(Locale.ROOT).contains(sought));
    }

    Body body() {
        try {
            return Body.parse(request.body(String.class));
        } catch (ServletException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
