package io.scopeguard.spring.actuate;

import io.scopeguard.spring.authorization.HandlerRule;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The requirement of a handler, in words.
 *
 * @param access {@code requires}, {@code open}, {@code static} or {@code undeclared}
 * @param audience the audience of the scopes
 * @param scopes required scopes
 * @param roles required roles
 * @param match whether all of the scopes are required, or any
 * @param maxAge the maximum age of live permissions, if the handler sets one
 */
public record Requirements(
        String access,
        @Nullable String audience,
        List<String> scopes,
        List<String> roles,
        @Nullable String match,
        @Nullable String maxAge) {

    static Requirements of(HandlerRule rule) {
        if (rule instanceof Requires requires) {
            return of(requires);
        }
        if (rule instanceof HandlerRule.Open) {
            return plain("open");
        }
        return plain(rule instanceof HandlerRule.StaticContent ? "static" : "undeclared");
    }

    private static Requirements plain(String access) {
        return new Requirements(access, null, List.of(), List.of(), null, null);
    }

    private static Requirements of(Requires rule) {
        var scopes = rule.requirement();
        var roles = rule.roles();
        Duration maxAge = rule.maxAge();
        return new Requirements(
                "requires",
                scopes == null ? null : scopes.audience().value(),
                scopes == null ? List.of() : scopes.scopes().toList(),
                roles == null ? List.of() : List.copyOf(new TreeSet<>(roles.roles())),
                scopes == null ? null : scopes.match().name().toLowerCase(Locale.ROOT),
                maxAge == null ? null : maxAge.toString());
    }
}
