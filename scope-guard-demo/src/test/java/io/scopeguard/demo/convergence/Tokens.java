package io.scopeguard.demo.convergence;

import io.scopeguard.logtobox.Answer;
import io.scopeguard.logtobox.Jwt;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** How a client gets access tokens: one implementation for each sort of client. */
interface Tokens {

    /**
     * Requests another token with the client's credentials.
     *
     * @param named scopes the API said are missing; a refresh token knows its scopes, others have to name them
     */
    Answer refresh(Set<String> named);

    /** Puts a consent to these scopes before the user; {@code false} if nothing came of it. */
    boolean reconsent(Set<String> named);

    /** The scopes that a token carries. */
    default Set<String> scopes(String token) {
        return Arrays.stream(Jwt.of(token).claim("scope").split(" "))
                .filter(scope -> !scope.isEmpty())
                .collect(Collectors.toSet());
    }
}
