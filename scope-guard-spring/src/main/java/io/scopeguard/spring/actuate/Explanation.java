package io.scopeguard.spring.actuate;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a subject may do now, and what each handler would decide. Contains no token.
 *
 * @param provider whose subject it is
 * @param standing {@code active}, {@code not_a_member}, {@code organization_inactive}, {@code suspended} or
 *     {@code unknown_subject}; {@code unknown} if the provider does not answer
 * @param token the scopes of the token asked about; {@code null} if none were named, and then a token that carries everything is
 *     assumed
 * @param live the scopes that count now
 * @param effective the scopes that are in both
 * @param demoted carried, but not held
 * @param promoted held and required by some handler, but not carried
 * @param age how long ago the live permissions were read
 * @param remedy what a client with this token is told: {@code none}, {@code refresh} or {@code reconsent}. A scope that is new at
 *     the provider, and what the client was asked before, are not considered.
 * @param handlers what would be decided
 */
public record Explanation(
        String provider,
        String standing,
        @Nullable List<String> token,
        List<String> live,
        List<String> effective,
        List<String> demoted,
        List<String> promoted,
        @Nullable Duration age,
        String remedy,
        List<HandlerDecision> handlers) {

    /**
     * What a handler would decide.
     *
     * @param decision {@code granted}, or the reason of the denial
     * @param why in a sentence
     */
    public record HandlerDecision(
            String handler,
            Set<String> paths,
            Set<String> methods,
            Requirements requires,
            String decision,
            String why) {}
}
