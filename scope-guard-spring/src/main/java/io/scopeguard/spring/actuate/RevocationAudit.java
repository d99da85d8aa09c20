package io.scopeguard.spring.actuate;

import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.Scopes;
import io.scopeguard.spring.response.DecisionResult;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ApplicationListener;
import org.springframework.security.authorization.event.AuthorizationDeniedEvent;

/**
 * Publishes an audit event for each denial that a revocation caused: the token permits the operation, but its subject has lost a
 * scope, a role, the membership or the account. Spring Boot's events of denials do not contain the cause. Thread-safe.
 */
public final class RevocationAudit implements ApplicationListener<AuthorizationDeniedEvent<AccessRequest>> {

    /** The type of the events. */
    public static final String PERMISSION_REVOKED = "PERMISSION_REVOKED";

    private final ApplicationEventPublisher publisher;

    /** @param publisher receives the audit events */
    public RevocationAudit(ApplicationEventPublisher publisher) {
        this.publisher = publisher;
    }

    @Override
    public void onApplicationEvent(AuthorizationDeniedEvent<AccessRequest> event) {
        if (event.getAuthorizationResult() instanceof DecisionResult result && isRevoked(result.decision())) {
            Decision decision = result.decision();
            publisher.publishEvent(new AuditApplicationEvent(
                    new AuditEvent(decision.token().subject().id(), PERMISSION_REVOKED, data(decision))));
        }
    }

    private static boolean isRevoked(Decision decision) {
        Denial denial = decision.denial();
        return denial == Denial.NOT_A_MEMBER
                || denial == Denial.SUBJECT_INACTIVE
                || (denial == Denial.INSUFFICIENT_SCOPE && !revoked(decision).isEmpty())
                || (denial == Denial.INSUFFICIENT_ROLE && isRoleRevoked(decision));
    }

    /** Whether the token carries the required roles, so that only live roles can be the reason. */
    private static boolean isRoleRevoked(Decision decision) {
        RoleRequirement requirement = decision.request().roles();
        Set<String> carried = requirement == null ? null : decision.token().roles(requirement.kind());
        return requirement != null && carried != null && requirement.isMetBy(carried);
    }

    /** The required scopes that the token carries and that no longer count, if the token alone would be enough. */
    private static Scopes revoked(Decision decision) {
        var requirement = decision.request().requirement();
        Scopes carried = decision.token().scopes();
        return requirement == null || !requirement.isMetBy(carried)
                ? Scopes.none()
                : requirement.scopes().and(carried).minus(decision.effective());
    }

    private static Map<String, @Nullable Object> data(Decision decision) {
        Map<String, @Nullable Object> data = AuditData.of(decision);
        Scopes revoked = revoked(decision);
        if (decision.denial() == Denial.INSUFFICIENT_ROLE) {
            data.put("roles", Roles.requiredBy(decision.request().roles()).names());
        } else if (!revoked.isEmpty()) {
            data.put("scopes", revoked.toList());
        }
        return data;
    }
}
