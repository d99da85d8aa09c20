package io.scopeguard.spring.authorization;

import io.scopeguard.Decision;
import io.scopeguard.annotation.Internal;
import io.scopeguard.spring.response.DecisionResult;
import java.util.function.Consumer;
import org.springframework.security.authorization.AuthorizationEventPublisher;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * Publishes decisions as Spring Security publishes its own: denials as an {@code AuthorizationDeniedEvent} whose result is a
 * {@link DecisionResult}. With the default publisher, grants are not published. Thread-safe.
 */
@Internal
public final class DecisionEvents implements Consumer<Decision> {

    private final AuthorizationEventPublisher publisher;

    public DecisionEvents(AuthorizationEventPublisher publisher) {
        this.publisher = publisher;
    }

    @Override
    public void accept(Decision decision) {
        publisher.publishAuthorizationEvent(
                () -> SecurityContextHolder.getContext().getAuthentication(),
                decision.request(),
                new DecisionResult(decision));
    }
}
