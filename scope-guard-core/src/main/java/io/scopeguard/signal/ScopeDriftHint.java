package io.scopeguard.signal;

import io.scopeguard.remedy.Remedy;
import io.scopeguard.scope.Scopes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.greenbytes.http.sfv.Dictionary;
import org.greenbytes.http.sfv.Parser;
import org.jspecify.annotations.Nullable;

/**
 * The content of a {@code Scope-Drift} header, for clients. Immutable.
 *
 * <p>A good client ignores a hint whose {@link #token} is not the token it holds, acts once per token and action, and waits {@link
 * #after} first. Meanwhile it keeps using a token without {@link #demoted} scopes and roles.
 *
 * <pre>{@code
 * ScopeDriftHint.parse(headerValue)
 *         .filter(hint -> hint.action() == Remedy.REFRESH)
 *         .ifPresent(hint -> refreshAfter(hint.after()));
 * }</pre>
 *
 * @param action {@link Remedy#REFRESH} or {@link Remedy#RECONSENT}
 * @param demoted scopes that the token carries and a new token would not carry
 * @param promoted scopes that the subject holds and the token lacks
 * @param added scopes that the subject holds and the token lacks, and that were created at the provider after the token was issued
 * @param demotedRoles roles that the token carries and the subject does not hold any more
 * @param promotedRoles roles that the subject holds and the token lacks
 * @param organization the organization of the judged token, or {@code null} if it has none
 * @param resource the resource indicator of the judged token, or {@code null} if it has none
 * @param token the {@linkplain io.scopeguard.token.TokenFingerprint fingerprint} of the judged token
 * @param asOf when the compared permissions were read, in whole seconds
 * @param after how long to wait before acting; 30 seconds at most
 * @since 0.1
 */
public record ScopeDriftHint(
        Remedy action,
        Change demoted,
        Change promoted,
        Change added,
        RoleChange demotedRoles,
        RoleChange promotedRoles,
        @Nullable String organization,
        @Nullable String resource,
        String token,
        Instant asOf,
        Duration after) {

    /**
     * Parses a header's value. The values of several field lines are joined by commas. Unknown members and parameters are ignored.
     *
     * @return empty if the value is too long, is not a valid Dictionary, lacks a required member, or asks for an unknown action
     */
    public static Optional<ScopeDriftHint> parse(String value) {
        if (value.length() > ScopeDriftHeader.MAX_LENGTH) {
            return Optional.empty();
        }
        try {
            Dictionary dictionary = Parser.parseDictionary(value.strip());
            return Optional.of(new HintReader(dictionary.get()).read());
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    /**
     * Roles that changed in one way.
     *
     * @param count how many
     * @param names their names, or {@code null} if only their number was reported
     */
    public record RoleChange(int count, @Nullable List<String> names) {

        /** Nothing changed in this way. */
        public static final RoleChange NONE = new RoleChange(0, List.of());

        /** Copies the list. */
        public RoleChange {
            names = names == null ? null : List.copyOf(names);
        }

        static RoleChange of(List<String> names) {
            return new RoleChange(names.size(), names);
        }

        public boolean isEmpty() {
            return count == 0;
        }
    }

    /**
     * Scopes that changed in one way.
     *
     * @param count how many
     * @param names their names, or {@code null} if only their number was reported
     */
    public record Change(int count, @Nullable Scopes names) {

        /** Nothing changed in this way. */
        public static final Change NONE = new Change(0, Scopes.none());

        static Change of(Scopes names) {
            return new Change(names.size(), names);
        }

        public boolean isEmpty() {
            return count == 0;
        }
    }
}
