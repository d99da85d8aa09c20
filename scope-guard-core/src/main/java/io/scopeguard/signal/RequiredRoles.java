package io.scopeguard.signal;

import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.drift.RoleDrift;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.permission.LiveRoles;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.remedy.RemedyAdvice;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.role.Roles;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The remedy for missing roles: a refresh helps only if the next token has all the roles that the request needs. */
final class RequiredRoles {

    private RequiredRoles() {}

    /** The advice of a decision, without promoted roles that do not suffice for the request that was denied for its roles. */
    static RemedyAdvice adviceOf(Decision decision) {
        RemedyAdvice advice = decision.advice();
        RoleRequirement required = decision.request().roles();
        if (decision.denial() != Denial.INSUFFICIENT_ROLE || required == null || isDelivered(decision, required)) {
            return advice;
        }
        ScopeDrift drift = advice.drift();
        RoleDrift demotions = drift.roles().promotedOnly(Roles.none());
        ScopeDrift rest = drift.with(demotions);
        Remedy remedy = rest.isEmpty() ? Remedy.NONE : advice.remedy();
        return new RemedyAdvice(remedy, rest, advice.onlyCountsMissing(), advice.after());
    }

    /** Whether a refresh delivers roles with which the requirement is met. */
    static boolean isDelivered(Decision decision, RoleRequirement required) {
        Set<String> promoted = decision.advice().drift().roles().promoted().of(required.kind());
        if (promoted.isEmpty()) {
            return false;
        }
        Set<String> next = new HashSet<>(kept(decision, required));
        next.addAll(promoted);
        return required.isMetBy(next);
    }

    /** The roles of the token that the subject still holds. */
    private static Set<String> kept(Decision decision, RoleRequirement required) {
        Set<String> carried = decision.token().roles(required.kind());
        LiveRoles held = live(decision, required);
        if (carried == null || held == null) {
            return Set.of();
        }
        Set<String> kept = new HashSet<>(carried);
        kept.retainAll(held.names());
        return kept;
    }

    private static @Nullable LiveRoles live(Decision decision, RoleRequirement required) {
        return decision.live() == null ? null : decision.live().roles(required.kind());
    }
}
