package io.scopeguard.permission.fact;

import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.fact.Changes.Loss;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The scopes of some roles for one audience.
 *
 * @param table the definitions of the roles
 * @param scopes the union of the roles' scopes
 * @param isComplete whether every role is defined
 * @param readAt the start of the oldest read of one of the roles alone, or the largest number if there are no roles
 * @param firstEnd the latest end of the first reads of the roles
 * @param lost scopes that one of the roles no longer grants, with the latest loss of each
 *
 * @hidden
 */
@Internal
public record Resolved(
        RoleTable table, Scopes scopes, boolean isComplete, long readAt, long firstEnd, Map<String, Loss> lost) {

    static Resolved of(Set<String> roles, Audience audience, RoleTable table) {
        Scopes scopes = Scopes.none();
        boolean complete = true;
        long readAt = Long.MAX_VALUE;
        long firstEnd = Long.MIN_VALUE;
        Map<String, Loss> lost = new HashMap<>();
        // Sorted, so that equal sets of roles have their scopes in the same order.
        for (String id : roles.stream().sorted().toList()) {
            RoleTable.Meaning meaning = table.meaning(id, audience);
            complete &= meaning.isDefined();
            readAt = Math.min(readAt, meaning.readAt());
            firstEnd = Math.max(firstEnd, meaning.firstEnd());
            scopes = scopes.or(meaning.scopes());
            meaning.changes().losses().forEach((scope, loss) -> lost.merge(scope, loss, Resolved::later));
        }
        lost.keySet().removeIf(scopes::contains);
        return new Resolved(table, scopes, complete, readAt, firstEnd, Map.copyOf(lost));
    }

    private static Loss later(Loss a, Loss b) {
        return a.noticed() >= b.noticed() ? a : b;
    }

    /** The scopes in a picture that was read at the given time: a loss that was noticed later does not bind. */
    public Scopes scopesIn(long pictureReadAt) {
        if (lost.isEmpty()) {
            return scopes;
        }
        Scopes kept = scopes;
        for (Map.Entry<String, Loss> entry : lost.entrySet()) {
            if (!entry.getValue().bindsIn(pictureReadAt)) {
                kept = kept.or(Scopes.of(entry.getKey()));
            }
        }
        return kept;
    }
}
