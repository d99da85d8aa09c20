package io.scopeguard.spring.authorization;

import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.annotation.Internal;
import io.scopeguard.spring.response.DecisionResult;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.GenericApplicationListener;
import org.springframework.context.event.GenericApplicationListenerAdapter;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.ResolvableType;
import org.springframework.security.authorization.AuthorizationEventPublisher;
import org.springframework.security.authorization.event.AuthorizationDeniedEvent;
import org.springframework.security.authorization.event.AuthorizationGrantedEvent;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * Publishes decisions as Spring Security's events, with a {@link DecisionResult}. Denials are always published. Grants are
 * published if the application has an {@link AuthorizationEventPublisher} of its own, or a listener for
 * {@link AuthorizationGrantedEvent} when its context is refreshed. Otherwise a grant costs nothing. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class DecisionEvents implements Consumer<Decision>, ApplicationListener<ContextRefreshedEvent> {

    private static final ResolvableType GRANTED =
            ResolvableType.forClassWithGenerics(AuthorizationGrantedEvent.class, AccessRequest.class);
    private static final ResolvableType DENIED =
            ResolvableType.forClassWithGenerics(AuthorizationDeniedEvent.class, AccessRequest.class);

    private final ApplicationContext context;
    private final @Nullable AuthorizationEventPublisher own;
    private volatile boolean publishesGrants;

    /**
     * @param context of the application, which publishes events
     * @param own the application's publisher, which selects the events to publish itself
     */
    public DecisionEvents(ApplicationContext context, @Nullable AuthorizationEventPublisher own) {
        this.context = context;
        this.own = own;
        this.publishesGrants = own != null;
    }

    /** Looks for listeners once, when all of them are registered. */
    @Override
    public void onApplicationEvent(ContextRefreshedEvent event) {
        ApplicationContext each = context;
        while (each != null && !publishesGrants) {
            publishesGrants = hasListener(each);
            each = each.getParent();
        }
    }

    private static boolean hasListener(ApplicationContext context) {
        // Listeners that are beans may not exist yet, if the application initializes beans lazily.
        ResolvableType type = ResolvableType.forClassWithGenerics(ApplicationListener.class, GRANTED);
        return context.getBeanNamesForType(type, true, false).length > 0
                || (context instanceof AbstractApplicationContext registered
                        && registered.getApplicationListeners().stream().anyMatch(DecisionEvents::isForGrants));
    }

    /** A listener for all events, or for both kinds, does not ask for grants, which are as many as requests. */
    private static boolean isForGrants(ApplicationListener<?> listener) {
        GenericApplicationListener typed = listener instanceof GenericApplicationListener generic
                ? generic
                : new GenericApplicationListenerAdapter(listener);
        return typed.supportsEventType(GRANTED) && !typed.supportsEventType(DENIED);
    }

    @Override
    public void accept(Decision decision) {
        if (publishesGrants || !decision.isGranted()) {
            publish(() -> SecurityContextHolder.getContext().getAuthentication(), decision.request(), decision);
        }
    }

    private void publish(Supplier<Authentication> authentication, AccessRequest request, Decision decision) {
        DecisionResult result = new DecisionResult(decision);
        if (own != null) {
            own.publishAuthorizationEvent(authentication, request, result);
        } else {
            // Spring Security's publisher makes an event of a denial out of every decision.
            context.publishEvent(
                    decision.isGranted()
                            ? new AuthorizationGrantedEvent<>(authentication, request, result)
                            : new AuthorizationDeniedEvent<>(authentication, request, result));
        }
    }
}
