package io.scopeguard.spring.actuate;

import io.scopeguard.Decision;
import io.scopeguard.spring.response.DecisionResult;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.security.AuthorizationAuditListener;
import org.springframework.security.authorization.event.AuthorizationDeniedEvent;
import org.springframework.security.authorization.event.AuthorizationEvent;

/**
 * Publishes audit events of denials like Spring Boot. Events about denials of the guard also contain the reason, the client, the
 * organization and the party that acts for the subject. Thread-safe.
 *
 * @since 0.1
 */
public final class DenialAudit extends AuthorizationAuditListener {

    @Override
    public void onApplicationEvent(AuthorizationEvent event) {
        if (event instanceof AuthorizationDeniedEvent<?> denied
                && denied.getAuthorizationResult() instanceof DecisionResult result) {
            Decision decision = result.decision();
            publish(new AuditEvent(decision.token().subject().id(), AUTHORIZATION_FAILURE, AuditData.of(decision)));
        } else {
            super.onApplicationEvent(event);
        }
    }
}
