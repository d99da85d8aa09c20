package io.scopeguard.demo.convergence;

import io.scopeguard.demo.logto.Answer;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.greenbytes.http.sfv.Dictionary;
import org.greenbytes.http.sfv.InnerList;
import org.greenbytes.http.sfv.ListElement;
import org.greenbytes.http.sfv.Parser;
import org.jspecify.annotations.Nullable;

/**
 * What a response asks its client for.
 *
 * @param demotes whether the token carries what its subject lost
 * @param named the scopes to ask for
 * @param token the fingerprint of the token it is about
 * @param after how long to wait first
 */
record Hint(String action, boolean demotes, Set<String> named, String token, Duration after) {

    /** {@code null} if the response asks for nothing. */
    static @Nullable Hint in(Answer answer) {
        String header = answer.header("Scope-Drift");
        return header.isEmpty() ? null : of(Parser.parseDictionary(header));
    }

    private static Hint of(Dictionary header) {
        return new Hint(
                text(header, "action"),
                header.get().containsKey("demoted"),
                Stream.of("promoted", "new")
                        .flatMap(part -> names(header.get().get(part)))
                        .collect(Collectors.toSet()),
                text(header, "token"),
                Duration.ofSeconds(Long.parseLong(text(header, "after"))));
    }

    boolean isRefresh() {
        return action.equals("refresh");
    }

    private static String text(Dictionary header, String key) {
        return header.get().get(key).get().toString();
    }

    /** A mere count names nothing. */
    private static Stream<String> names(@Nullable ListElement<?> part) {
        return part instanceof InnerList list
                ? list.get().stream().map(item -> item.get().toString())
                : Stream.of();
    }
}
