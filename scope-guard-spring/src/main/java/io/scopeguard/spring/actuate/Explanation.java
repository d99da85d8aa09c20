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
 * @param token the scopes of the token in the query; {@code null} if the query names none, and then a token that carries everything
 *     is assumed
 * @param live the scopes that count now
 * @param liveRoles the names of those roles that handlers require and that the subject holds; {@code null} if they are unknown
 * @param effective the scopes that the token carries and that count now
 * @param demoted scopes that are carried, but not held
 * @param promoted watched scopes that are held, but not carried
 * @param introduced watched scopes that are held, but not carried, because the provider gained them after the token was issued:
 *     {@code new} in the header
 * @param age how long ago the live permissions were read
 * @param remedy the remedy in responses to granted requests with this token: {@code none}, {@code refresh} or {@code reconsent}.
 *     Earlier remedies are not considered.
 * @param handlers the decision of each handler
 */
public record Explanation(
        String provider,
        String standing,
        @Nullable List<String> token,
        List<String> live,
        @Nullable List<String> liveRoles,
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
     * @param decision {@code granted}, or the reason for the denial
     * @param why the explanation, in a sentence
     * @param remedy the remedy in the handler's response
     */
    public record HandlerDecision(
            String handler,
            Set<String> paths,
            Set<String> methods,
            Requirements requires,
            String decision,
            String why,
            String remedy) {}
}
