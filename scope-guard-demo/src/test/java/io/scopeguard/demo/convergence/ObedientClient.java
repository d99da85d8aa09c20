package io.scopeguard.demo.convergence;

import io.scopeguard.logtobox.Answer;
import io.scopeguard.logtobox.Jwt;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.signal.ScopeDriftHeader;
import io.scopeguard.signal.ScopeDriftHint;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A client that follows the responses and does nothing else, exactly by the last section of the contract. Thread-safe; it replaces
 * its token once for all waiting callers.
 */
final class ObedientClient {

    /** The duration of a request. */
    private static final Duration LATENCY = Duration.ofMillis(20);

    private final Tokens tokens;
    private final Api api;
    private final Pace pace;
    private final Journal journal = new Journal();
    private final Set<String> obeyed = new HashSet<>();
    private final Set<Set<String>> consentsAsked = new HashSet<>();

    private volatile String path;
    private @Nullable String token;
    private @Nullable String end;

    /** @param path the path that the application requests repeatedly */
    ObedientClient(Tokens tokens, Api api, Pace pace, String path) {
        this.tokens = tokens;
        this.api = api;
        this.pace = pace;
        this.path = path;
        open();
    }

    /** A response, the token of its request, and its hint. */
    record Response(Answer answer, String token, @Nullable ScopeDriftHint hint) {

        boolean isDenied() {
            return answer.status() == 401 || answer.status() == 403;
        }
    }

    /** The user opens this organization: a token is fetched in any case. */
    synchronized void open() {
        end = null;
        take(tokens.refresh(Set.of()), true);
    }

    /** Fetches another token without being asked, like an application at times, or its page in another tab. */
    synchronized void refreshByItself() {
        take(tokens.refresh(Set.of()), false);
    }

    /** From now on, the application requests another path. */
    void turnTo(String other) {
        path = other;
    }

    /** One request of the application, with all steps that follow from the response. */
    void call() {
        finish(send());
    }

    /** Follows a response, and repeats its request once if it was denied and there is another token now. */
    void finish(@Nullable Response response) {
        if (response != null && follow(response) && response.isDenied()) {
            Response again = send();
            if (again != null) {
                follow(again);
            }
        }
    }

    /** Sends a request without following the response; {@code null} if there is no token. */
    @Nullable
    Response send() {
        String sent = usableToken();
        if (sent == null) {
            return null;
        }
        pace.pass(LATENCY);
        Answer answer = api.get(path, sent);
        ScopeDriftHint hint =
                ScopeDriftHint.parse(answer.header(ScopeDriftHeader.NAME)).orElse(null);
        if (hint != null) {
            journal.asked(hint);
        }
        return new Response(answer, sent, hint);
    }

    /** Follows a response. Returns whether the token differs from that of the request now. */
    private synchronized boolean follow(Response response) {
        ScopeDriftHint hint = response.hint();
        if (hint != null) {
            obey(hint);
        } else if (response.answer().status() == 401 && response.token().equals(token)) {
            refresh(Set.of(), true);
        }
        return token != null && !response.token().equals(token);
    }

    Journal journal() {
        return journal;
    }

    /** The state of the client: the scopes of its token, or the reason why it has none. */
    synchronized String state() {
        return end != null ? end : String.join(" ", new TreeSet<>(scopes()));
    }

    private void obey(ScopeDriftHint hint) {
        boolean ours = token != null && hint.token().equals(fingerprint(token));
        if (!ours || !obeyed.add(hint.token() + " " + hint.action())) {
            return;
        }
        pace.pass(hint.after());
        Set<String> named = named(hint);
        boolean spent = !hint.demoted().isEmpty();
        if (hint.action() == Remedy.REFRESH) {
            refresh(named, spent);
        } else if (!named.isEmpty() && consentsAsked.add(named)) {
            reconsent(named, spent);
        }
    }

    /** A count contains no names. */
    private static Set<String> named(ScopeDriftHint hint) {
        return Stream.of(hint.promoted().names(), hint.added().names())
                .filter(Objects::nonNull)
                .flatMap(scopes -> scopes.toList().stream())
                .collect(Collectors.toSet());
    }

    /** @param spent whether to drop the old token if no other one is issued */
    private void refresh(Set<String> named, boolean spent) {
        Set<String> before = scopes();
        take(tokens.refresh(named), spent);
        journal.did(Remedy.REFRESH, end != null || !before.equals(scopes()), pace.now());
    }

    private void reconsent(Set<String> named, boolean spent) {
        Set<String> before = scopes();
        if (tokens.reconsent(named) || spent) {
            take(tokens.refresh(named), spent);
        }
        journal.did(Remedy.RECONSENT, !before.equals(scopes()), pace.now());
    }

    private void take(Answer answer, boolean spent) {
        pace.pass(LATENCY);
        if (answer.status() == 200) {
            token = answer.string("access_token");
        } else if (spent) {
            token = null;
            end = answer.string("error");
        }
    }

    private synchronized @Nullable String usableToken() {
        if (token != null && isExpired(token)) {
            take(tokens.refresh(Set.of()), true);
        }
        return token;
    }

    private boolean isExpired(String jwt) {
        return pace.now().getEpochSecond() >= Jwt.of(jwt).claims().path("exp").asLong(0);
    }

    private Set<String> scopes() {
        return token == null ? Set.of() : tokens.scopes(token);
    }

    private static String fingerprint(String jwt) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(Jwt.of(jwt).claim("jti").getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().encodeToString(digest).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
