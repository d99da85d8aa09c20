package io.scopeguard.spring.sharing;

import io.scopeguard.ScopeGuard;
import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.provider.CallBudget;
import io.scopeguard.provider.EventReceiver;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.remedy.AskExchange;
import io.scopeguard.scope.Audience;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Sharing between the replicas of the application. By default, each replica is independent. */
public interface Sharing {

    /** No sharing: each replica is independent. */
    Sharing NONE = new Sharing() {};

    /**
     * The limit on calls to a provider.
     *
     * @param provider the provider's name
     * @param tenant the provider's tenant
     * @param calls the limit, in calls per second
     */
    default CallBudget budget(String provider, String tenant, int calls) {
        return CallBudget.perSecond(calls);
    }

    /**
     * The sharing about one provider.
     *
     * @param resources the API's own resources
     */
    default Part of(IdentityProvider provider, Collection<Audience> resources) {
        return new Part() {
            @Override
            public PermissionSource permissions() {
                return provider.permissions();
            }

            @Override
            public @Nullable EventReceiver receiver() {
                return provider.eventReceiver();
            }
        };
    }

    /** The sharing about one provider. */
    interface Part {

        PermissionSource permissions();

        default FactExchange histories() {
            return FactExchange.NONE;
        }

        default AskExchange asks() {
            return AskExchange.NONE;
        }

        /** Receives the provider's deliveries, if it sends any. */
        @Nullable
        EventReceiver receiver();

        /** Passes a change on to the other replicas. */
        default void publish(PermissionChange change) {}

        /** Starts to receive the records of other replicas. */
        default void start(ScopeGuard guard) {}
    }
}
