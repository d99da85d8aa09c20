package io.scopeguard.permission;

import io.scopeguard.annotation.Internal;
import io.scopeguard.provider.Standing;
import io.scopeguard.role.RoleKind;
import io.scopeguard.scope.Scopes;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The permissions of a subject, from one consistent picture of facts. Immutable.
 *
 * @since 0.1
 */
public final class LivePermissions {

    private final Standing standing;
    private final Scopes issuable;
    private final Scopes granted;
    private final Instant asOf;
    private final long readAt;
    private final PermissionHistory history;
    private final Function<RoleKind, @Nullable LiveRoles> roles;

    /**
     * @param standing there are no scopes unless it is {@link Standing#ACTIVE}
     * @param issuable the scopes that a new token of this kind could carry now
     * @param granted the scopes that count for a decision: {@code issuable}, or fewer if the provider puts scopes of organizations
     *     into tokens that are for none
     * @param asOf the start of the oldest read behind these permissions, by the wall clock
     * @param readAt the same in nanoseconds of the steady clock
     * @param history since when each scope has been held or lacked
     * @param roles the roles of each kind, or {@code null} if they are unknown; computed on demand
     * @hidden
     */
    @Internal
    public LivePermissions(
            Standing standing,
            Scopes issuable,
            Scopes granted,
            Instant asOf,
            long readAt,
            PermissionHistory history,
            Function<RoleKind, @Nullable LiveRoles> roles) {
        this.standing = standing;
        this.issuable = issuable;
        this.granted = granted;
        this.asOf = asOf;
        this.readAt = readAt;
        this.history = history;
        this.roles = roles;
    }

    /** The standing of the subject. There are no scopes unless it is {@link Standing#ACTIVE}. */
    public Standing standing() {
        return standing;
    }

    /** The scopes that a new token of the same kind could carry now. */
    public Scopes issuable() {
        return issuable;
    }

    /** The scopes that count for decisions. */
    public Scopes granted() {
        return granted;
    }

    /** The start of the oldest read behind these permissions, by the wall clock. */
    public Instant asOf() {
        return asOf;
    }

    /**
     * The start of the oldest read behind these permissions, in nanoseconds of the steady clock.
     *
     * @hidden
     */
    @Internal
    public long readAt() {
        return readAt;
    }

    /**
     * Since when each scope has been held or lacked.
     *
     * @hidden
     */
    @Internal
    public PermissionHistory history() {
        return history;
    }

    /**
     * The relevant roles of one kind that are held, or {@code null} if they are unknown.
     *
     * @hidden
     */
    @Internal
    public @Nullable LiveRoles roles(RoleKind kind) {
        return roles.apply(kind);
    }

    /** Standing and number of scopes. Scopes must not be logged. */
    @Override
    public String toString() {
        return standing + " with " + granted.size() + " scopes";
    }
}
