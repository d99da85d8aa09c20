package io.scopeguard.spring.sharing;

import io.scopeguard.ScopeGuard;
import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.provider.CallBudget;
import io.scopeguard.provider.EventReceiver;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.redis.ProviderSharing;
import io.scopeguard.redis.ReplicaSharing;
import io.scopeguard.remedy.AskExchange;
import io.scopeguard.scope.Audience;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Sharing through Redis. */
public record RedisSharing(ReplicaSharing redis) implements Sharing {

    @Override
    public CallBudget budget(String provider, String tenant, int calls) {
        return redis.budget(provider, tenant, calls);
    }

    @Override
    public Part of(IdentityProvider provider, Collection<Audience> resources) {
        return new RedisPart(redis.of(provider, resources));
    }

    private record RedisPart(ProviderSharing shared) implements Part {

        @Override
        public PermissionSource permissions() {
            return shared.permissions();
        }

        @Override
        public FactExchange histories() {
            return shared.histories();
        }

        @Override
        public AskExchange asks() {
            return shared.asks();
        }

        @Override
        public @Nullable EventReceiver receiver() {
            return shared.receiver();
        }

        @Override
        public void publish(PermissionChange change) {
            shared.publish(change);
        }

        @Override
        public void start(ScopeGuard guard) {
            shared.start(guard);
        }
    }
}
