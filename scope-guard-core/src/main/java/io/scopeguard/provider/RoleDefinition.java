package io.scopeguard.provider;

import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One role in a list of roles.
 *
 * @param names names of the role for people and in tokens; several if the provider's roles come in groups, none if they have no
 *     names
 * @param scopes the granted scopes by audience; {@code null} if the list does not contain them, and each role has to be read alone
 * @param holderCount how many users hold it, or {@link #UNKNOWN_COUNT}
 * @param holders the ids of all these users, or {@code null} if the list does not name them all
 * @since 0.1
 */
public record RoleDefinition(
        Set<String> names,
        @Nullable Map<Audience, Scopes> scopes,
        int holderCount,
        @Nullable Set<String> holders) {

    /** The list does not report the number of holders. */
    public static final int UNKNOWN_COUNT = -1;

    /** Copies the collections. */
    public RoleDefinition {
        names = Set.copyOf(names);
        scopes = scopes == null ? null : Map.copyOf(scopes);
        holders = holders == null ? null : Set.copyOf(holders);
    }

    /** A role in a list that contains scopes, but neither names nor holders. */
    public static RoleDefinition of(Map<Audience, Scopes> scopes) {
        return new RoleDefinition(Set.of(), scopes, UNKNOWN_COUNT, null);
    }

    /** This role with one name. */
    public RoleDefinition named(String name) {
        return named(Set.of(name));
    }

    /** This role with these names. */
    public RoleDefinition named(Set<String> names) {
        return new RoleDefinition(names, scopes, holderCount, holders);
    }
}
