package io.scopeguard.spring.response;

import io.scopeguard.Decision;
import io.scopeguard.annotation.Internal;
import org.springframework.security.authorization.AuthorizationDecision;

/**
 * A decision as Spring Security's result of an authorization, in events and in denials. Immutable.
 *
 * @since 0.1
 */
public final class DecisionResult extends AuthorizationDecision {

    private final transient Decision decision;

    /**
     * Created by Scope Guard only.
     *
     * @hidden
     */
    @Internal
    public DecisionResult(Decision decision) {
        super(decision.isGranted());
        this.decision = decision;
    }

    /** The decision. */
    public Decision decision() {
        return decision;
    }

    /**
     * Whether the decision is a grant. Expressions that combine the result with others ({@code and}, {@code or}) convert it with
     * this method.
     */
    public boolean toBoolean() {
        return isGranted();
    }
}
