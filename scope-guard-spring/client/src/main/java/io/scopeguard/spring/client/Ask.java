package io.scopeguard.spring.client;

import io.scopeguard.remedy.Remedy;
import io.scopeguard.signal.ScopeDriftHeader;
import io.scopeguard.signal.ScopeDriftHint;
import io.scopeguard.signal.ScopeDriftHint.Change;
import java.time.Duration;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * The step that a response asks the client to take. Immutable.
 *
 * @param token the fingerprint of the token that the response is about
 * @param after the time to wait before acting
 * @param scopes the scopes to request consent for
 */
record Ask(
        Remedy action,
        String token,
        Duration after,
        @Nullable String organization,
        @Nullable String resource,
        SortedSet<String> scopes) {

    /** The wait if only the body names the action. The next token must be issued in a later second. */
    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(2);

    /**
     * Reads a response to a request with this token.
     *
     * @param problem reads the body of an error response, because a proxy may have dropped the header, and a long list may have
     *     been replaced by a number
     * @return {@code null} if the response asks for nothing, or is about another token
     */
    static @Nullable Ask of(HeldToken sent, HttpHeaders headers, Supplier<@Nullable ProblemBody> problem) {
        String token = sent.fingerprint();
        if (token == null) {
            return null;
        }
        ScopeDriftHint hint = ScopeDriftHint.parse(String.join(", ", headers.getOrEmpty(ScopeDriftHeader.NAME)))
                .orElse(null);
        if (hint == null) {
            return ofBody(token, problem.get());
        }
        return hint.token().equals(token) ? ofHint(hint, problem) : null;
    }

    private static Ask ofHint(ScopeDriftHint hint, Supplier<@Nullable ProblemBody> problem) {
        SortedSet<String> scopes = new TreeSet<>(names(hint.promoted()));
        scopes.addAll(names(hint.added()));
        if (scopes.isEmpty() && hint.action() == Remedy.RECONSENT) {
            ProblemBody body = problem.get();
            scopes.addAll(body == null ? List.of() : body.requiredScopes());
        }
        return new Ask(hint.action(), hint.token(), hint.after(), hint.organization(), hint.resource(), scopes);
    }

    private static @Nullable Ask ofBody(String token, @Nullable ProblemBody body) {
        if (body == null || body.action() == Remedy.NONE) {
            return null;
        }
        return new Ask(
                body.action(), token, DEFAULT_WAIT, body.organization(), null, new TreeSet<>(body.requiredScopes()));
    }

    private static List<String> names(Change change) {
        return change.names() == null ? List.of() : change.names().toList();
    }

    /**
     * Whether a denied request waits for the step. Otherwise, the step takes effect with the next request. Consent does not depend
     * on the request.
     */
    boolean isActedOnAtOnce(boolean isRepeatable) {
        return action == Remedy.RECONSENT || isRepeatable;
    }

    /** The key of the ask. A client acts once for each key. */
    String key() {
        return token + ' ' + action;
    }
}
