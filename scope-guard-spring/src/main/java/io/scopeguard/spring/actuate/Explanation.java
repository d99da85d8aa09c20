package io.scopeguard.spring.actuate;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The permissions of a subject, and the decision that each handler would make. Contains no token.
 *
 * @param provider the provider of the subject
 * @param standing {@code active}, {@code not_a_member}, {@code organization_inactive}, {@code suspended} or
 *     {@code unknown_subject}; {@code unknown} if the provider does not answer
 * @param token the scopes of the token asked about; {@code null} if none were named, and then a token that carries everything is
 *     assumed
 * @param live the scopes that count now
 * @param effective the scopes that are in both
 * @param demoted carried, but not held
 * @param promoted held and required by some handler, but not carried
 * @param introduced the same, if the provider gained the scope after the token was issued: {@code new} in the header
 * @param age how long ago the live permissions were read
 * @param remedy the remedy for a client with this token: {@code none}, {@code refresh} or {@code reconsent}. Earlier remedies are not
 *     considered.
 * @param handlers the decision of each handler
 */
public record Explanation(
        String provider,
        String standing,
        @Nullable List<String> token,
        List<String> live,
        List<String> effective,
        List<String> demoted,
        List<String> promoted,
        List<String> introduced,
        @Nullable Duration age,
        String remedy,
        List<HandlerDecision> handlers) {

    /**
     * The decision that a handler would make.
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
