package io.scopeguard.spring.response;

import io.scopeguard.Decision;
import io.scopeguard.annotation.Internal;
import org.springframework.security.authorization.AuthorizationDecision;

/**
 * A decision as Spring Security passes it around: it travels to the handler of the denial.
 *
 * @hidden
 */
@Internal
public final class DecisionResult extends AuthorizationDecision {

    private final transient Decision decision;

    public DecisionResult(Decision decision) {
        super(decision.isGranted());
        this.decision = decision;
    }

    public Decision decision() {
        return decision;
    }
}
