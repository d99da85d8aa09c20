package io.scopeguard.demo.convergence;

import io.scopeguard.logtobox.Answer;
import io.scopeguard.logtobox.Jwt;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** Fetches the access tokens of a client, with one implementation for each kind of client. */
interface Tokens {

    /**
     * Requests another token with the client's credentials.
     *
     * @param named scopes that are missing according to the API; a request with a refresh token need not name them, others have to
     */
    Answer refresh(Set<String> named);

    /** Asks the user for consent to these scopes; {@code false} if the user did not grant it. */
    boolean reconsent(Set<String> named);

    /** The scopes that a token carries. */
    default Set<String> scopes(String token) {
        return Arrays.stream(Jwt.of(token).claim("scope").split(" "))
                .filter(scope -> !scope.isEmpty())
                .collect(Collectors.toSet());
    }
}
