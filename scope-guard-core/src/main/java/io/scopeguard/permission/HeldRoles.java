package io.scopeguard.permission;

import io.scopeguard.permission.fact.Changes.Gain;
import io.scopeguard.permission.fact.Changes.Loss;
import io.scopeguard.permission.fact.RoleSet;
import io.scopeguard.permission.fact.RoleTable.Role;
import io.scopeguard.permission.fact.SubjectFact;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The roles of one kind in a picture, by name: the facts contain ids of roles, and the definitions contain their names. Immutable.
 */
final class HeldRoles implements LiveRoles {

    private final Picture picture;
    private final @Nullable SubjectFact fact;
    private final RoleSet roles;
    private final Set<String> names;

    /**
     * @param fact the roles held, or {@code null} if the subject holds none of this kind
     * @param wanted names of the relevant roles
     */
    HeldRoles(Picture picture, @Nullable SubjectFact fact, RoleSet roles, Set<String> wanted) {
        this.picture = picture;
        this.fact = picture.isInactive() ? null : fact;
        this.roles = roles;
        this.names = names(picture.readAt(), wanted);
    }

    /** The names that count in a picture that was read at the given time. With the largest number, all losses bind. */
    private Set<String> names(long pictureReadAt, Set<String> wanted) {
        if (fact == null) {
            return Set.of();
        }
        Set<String> found = new HashSet<>();
        fact.holding().roles().forEach(id -> found.addAll(namesOf(id)));
        fact.changes().losses().forEach((id, loss) -> {
            if (!loss.bindsIn(pictureReadAt)) {
                found.addAll(namesOf(id));
            }
        });
        found.retainAll(wanted);
        return Set.copyOf(found);
    }

    private Set<String> namesOf(String id) {
        Role role = roles.table().role(id);
        return role == null || !role.isListed() ? Set.of() : role.names();
    }

    /** Whether a role of the picture is lost once the rest of the picture has been read again. */
    boolean isLossPending() {
        return !names(Long.MAX_VALUE, names).equals(names);
    }

    @Override
    public Set<String> names() {
        return names;
    }

    @Override
    public OptionalLong heldSince(String name) {
        Gain gain = gain(name);
        return gain == null ? OptionalLong.empty() : OptionalLong.of(gain.end());
    }

    /** The earliest of the ways in which the role is held; {@code null} if it is not held. */
    private @Nullable Gain gain(String name) {
        return fact == null || !names.contains(name)
                ? null
                : gains(fact, name).min(Comparator.comparingLong(Gain::end)).orElse(null);
    }

    private Stream<Gain> gains(SubjectFact held, String name) {
        Stream<Gain> present = held.holding().roles().stream()
                .filter(id -> namesOf(id).contains(name))
                .map(held::gain);
        Stream<Gain> pending = losses(held, name)
                .filter(loss -> !loss.bindsIn(picture.readAt()))
                .map(Loss::gain);
        return Stream.concat(present, pending);
    }

    private Stream<Loss> losses(SubjectFact held, String name) {
        return held.changes().losses().entrySet().stream()
                .filter(entry -> isCalled(entry.getKey(), name))
                .map(Map.Entry::getValue);
    }

    private boolean isCalled(String id, String name) {
        Role role = roles.table().role(id);
        return role != null && role.names().contains(name);
    }

    @Override
    public OptionalLong unbrokenSince(String name) {
        OptionalLong since = heldSince(name);
        return since.isEmpty()
                ? since
                : OptionalLong.of(
                        Math.max(since.getAsLong(), Objects.requireNonNull(fact).brokenAt()));
    }

    @Override
    public boolean isObserved(String name) {
        Gain gain = gain(name);
        return gain != null && gain.lackedUntil() != Long.MIN_VALUE;
    }

    @Override
    public OptionalLong lackedSince(String name) {
        if (names.contains(name)) {
            return OptionalLong.empty();
        }
        if (picture.isInactive()) {
            return OptionalLong.of(picture.history().standingSince());
        }
        long empty = fact == null ? emptySince(name) : Long.MIN_VALUE;
        long unobserved = empty == Long.MIN_VALUE ? picture.firstEnd() : empty;
        return OptionalLong.of(lostAt(name).orElse(unobserved));
    }

    @Override
    public OptionalLong lostAt(String name) {
        return fact == null || names.contains(name)
                ? OptionalLong.empty()
                : losses(fact, name).mapToLong(Loss::lostAt).max();
    }

    /** The time since which the list of roles shows no holders of the role. */
    private long emptySince(String name) {
        return roles.table().roles().values().stream()
                .filter(role -> role.names().contains(name))
                .mapToLong(Role::emptySince)
                .max()
                .orElse(Long.MIN_VALUE);
    }

    @Override
    public long standingSince() {
        return picture.history().standingSince();
    }

    @Override
    public OptionalLong standingLostAt() {
        return picture.history().standingLostAt();
    }

    @Override
    public long firstRequestAt() {
        return picture.history().firstRequestAt();
    }

    @Override
    public boolean isComplete() {
        return picture.history().isComplete();
    }
}
