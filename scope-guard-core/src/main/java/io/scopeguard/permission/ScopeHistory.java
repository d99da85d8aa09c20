package io.scopeguard.permission;

import io.scopeguard.permission.Contribution.Past;
import io.scopeguard.permission.fact.Changes.Gain;
import io.scopeguard.permission.fact.SubjectFact;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The history of the scopes in a picture, from the changes of its facts. Immutable. */
final class ScopeHistory implements PermissionHistory {

    private final Picture picture;
    private final List<Contribution> contributions;

    ScopeHistory(Picture picture, List<Contribution> contributions) {
        this.picture = picture;
        this.contributions = contributions;
    }

    Picture picture() {
        return picture;
    }

    @Override
    public OptionalLong heldSince(String scope) {
        Gain gain = gain(scope);
        return gain == null ? OptionalLong.empty() : OptionalLong.of(gain.end());
    }

    /** The gain of the scope, by the earliest way that counts; {@code null} if it is not held. */
    private @Nullable Gain gain(String scope) {
        if (!picture.granted().contains(scope)) {
            return null;
        }
        List<Gain> held = new ArrayList<>();
        List<Past> past = new ArrayList<>();
        contributions.forEach(each -> each.collect(scope, held, past));
        return earliest(held, past);
    }

    /**
     * The earliest of the ways in which the scope is held, including former ways that were followed by one of them without a gap.
     */
    private @Nullable Gain earliest(List<Gain> held, List<Past> past) {
        // If a scope is held only because a loss does not bind yet, the lost way counts.
        past.stream().filter(each -> each.noticed() >= picture.readAt()).forEach(each -> held.add(each.gain()));
        boolean grows = true;
        while (grows) {
            grows = false;
            for (Past each : List.copyOf(past)) {
                if (held.stream().anyMatch(gain -> gain.lackedUntil() <= each.noticed())) {
                    held.add(each.gain());
                    past.remove(each);
                    grows = true;
                }
            }
        }
        return held.stream().min(Comparator.comparingLong(Gain::end)).orElse(null);
    }

    @Override
    public OptionalLong unbrokenSince(String scope) {
        OptionalLong since = heldSince(scope);
        if (since.isEmpty()) {
            return since;
        }
        long broken = since.getAsLong();
        for (Contribution each : contributions) {
            broken = Math.max(broken, each.fact().brokenAt());
        }
        return OptionalLong.of(broken);
    }

    @Override
    public boolean isObserved(String scope) {
        Gain gain = gain(scope);
        return gain != null && gain.lackedUntil() != Long.MIN_VALUE;
    }

    @Override
    public OptionalLong lackedSince(String scope) {
        if (picture.issuable().contains(scope)) {
            return OptionalLong.empty();
        }
        if (picture.isInactive()) {
            return OptionalLong.of(standingSince());
        }
        return OptionalLong.of(lostAt(scope).orElse(picture.firstEnd()));
    }

    @Override
    public OptionalLong lostAt(String scope) {
        if (picture.isInactive() || picture.issuable().contains(scope)) {
            return OptionalLong.empty();
        }
        return contributions.stream()
                .mapToLong(each -> each.lostAt(scope))
                .filter(lost -> lost != Long.MIN_VALUE)
                .max();
    }

    @Override
    public long standingSince() {
        return Objects.requireNonNull(picture.standingFact()).standingSince();
    }

    @Override
    public OptionalLong standingLostAt() {
        SubjectFact standing = picture.standingFact();
        return standing == null ? OptionalLong.empty() : standing.standingLostAt();
    }

    @Override
    public long firstRequestAt() {
        SubjectFact subject = picture.subject();
        return subject == null ? picture.readAt() : subject.firstEnd();
    }

    @Override
    public boolean isComplete() {
        SubjectFact subject = picture.subject();
        return subject == null || subject.isComplete();
    }
}
