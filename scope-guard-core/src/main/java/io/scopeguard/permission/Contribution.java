package io.scopeguard.permission;

import io.scopeguard.permission.fact.Changes.Gain;
import io.scopeguard.permission.fact.Changes.Loss;
import io.scopeguard.permission.fact.Resolved;
import io.scopeguard.permission.fact.RoleSet;
import io.scopeguard.permission.fact.RoleTable.Meaning;
import io.scopeguard.permission.fact.SubjectFact;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A fact of a picture with the scopes of its roles: either the roles in an organization, or the global roles. Immutable.
 *
 * @param resolved the scopes of the roles; {@code null} if they do not count
 */
record Contribution(
        SubjectFact fact,
        RoleSet roles,
        Audience audience,
        @Nullable Resolved resolved) {

    /** A way in which a scope was held until a loss was noticed. */
    record Past(Gain gain, long noticed) {}

    static Contribution of(SubjectFact fact, RoleSet roles, Audience audience, boolean countsScopes) {
        Resolved resolved = countsScopes ? fact.holding().resolve(audience, roles.table()) : null;
        return new Contribution(fact, roles, audience, resolved);
    }

    /** The start of the oldest read that this depends on. */
    long readAt() {
        return resolved == null ? fact.readAt() : Math.min(fact.readAt(), roles.readAt(resolved));
    }

    /** The time at which the last of the facts was read for the first time. */
    long firstEnd() {
        return resolved == null ? fact.firstEnd() : Math.max(fact.firstEnd(), resolved.firstEnd());
    }

    /** Whether each role was defined according to the last read. */
    boolean isComplete() {
        return resolved == null || resolved.isComplete();
    }

    /** The scopes in a picture that was read at the given time. With the largest number, all losses bind. */
    Scopes scopesIn(long pictureReadAt) {
        Scopes scopes = resolved == null ? Scopes.none() : resolved.scopesIn(pictureReadAt);
        Map<String, Loss> losses = resolved == null ? Map.of() : fact.changes().losses();
        for (Map.Entry<String, Loss> loss : losses.entrySet()) {
            if (!loss.getValue().bindsIn(pictureReadAt)) {
                scopes = scopes.or(meaning(loss.getKey()).scopesIn(pictureReadAt));
            }
        }
        return scopes;
    }

    /** The time at which the latest loss that does not bind yet was noticed, or the smallest number. */
    long pendingLoss(long pictureReadAt) {
        long ofRoles = pendingLoss(fact.changes().losses(), pictureReadAt);
        return resolved == null ? ofRoles : Math.max(ofRoles, pendingLoss(resolved.lost(), pictureReadAt));
    }

    private static long pendingLoss(Map<String, Loss> losses, long pictureReadAt) {
        long latest = Long.MIN_VALUE;
        for (Loss loss : losses.values()) {
            latest = loss.bindsIn(pictureReadAt) ? latest : Math.max(latest, loss.noticed());
        }
        return latest;
    }

    /** Adds the present and the former ways in which a scope is held. */
    void collect(String scope, List<Gain> held, List<Past> past) {
        if (resolved == null) {
            return;
        }
        for (String role : fact.holding().roles()) {
            Meaning meaning = meaning(role);
            Gain roleGain = fact.gain(role);
            if (meaning.scopes().contains(scope)) {
                held.add(roleGain.and(meaning.changes().gain(scope, meaning.firstEnd())));
            }
            Loss loss = meaning.changes().losses().get(scope);
            if (loss != null) {
                past.add(new Past(roleGain.and(loss.gain()), loss.noticed()));
            }
        }
        fact.changes().losses().forEach((role, loss) -> {
            Meaning meaning = meaning(role);
            Loss inRole = meaning.changes().losses().get(scope);
            if (meaning.scopes().contains(scope)) {
                Gain scopeGain = meaning.changes().gain(scope, meaning.firstEnd());
                past.add(new Past(loss.gain().and(scopeGain), loss.noticed()));
            } else if (inRole != null) {
                past.add(new Past(loss.gain().and(inRole.gain()), Math.min(loss.noticed(), inRole.noticed())));
            }
        });
    }

    /** The start of the first believed read without the scope, or the smallest number. */
    long lostAt(String scope) {
        if (resolved == null) {
            return Long.MIN_VALUE;
        }
        Loss ofScope = resolved.lost().get(scope);
        long lost = ofScope == null ? Long.MIN_VALUE : ofScope.lostAt();
        for (Map.Entry<String, Loss> loss : fact.changes().losses().entrySet()) {
            Meaning meaning = meaning(loss.getKey());
            Loss inRole = meaning.changes().losses().get(scope);
            if (meaning.scopes().contains(scope)) {
                lost = Math.max(lost, loss.getValue().lostAt());
            } else if (inRole != null) {
                lost = Math.max(lost, Math.min(loss.getValue().lostAt(), inRole.lostAt()));
            }
        }
        return lost;
    }

    private Meaning meaning(String role) {
        return roles.table().meaning(role, audience);
    }
}
