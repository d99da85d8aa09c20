package io.scopeguard.redis;

import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.fact.FactHistory;
import io.scopeguard.provider.Account;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.Holder;
import io.scopeguard.provider.Member;
import io.scopeguard.provider.Membership;
import io.scopeguard.provider.Page;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.provider.RoleScopes;
import io.scopeguard.provider.ScopeCatalogue.Sighting;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/** Lets a native image write shared values to Redis and read them. */
@Internal
public final class RedisRuntimeHints implements RuntimeHintsRegistrar {

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        new BindingReflectionHintsRegistrar()
                .registerReflectionHints(
                        hints.reflection(),
                        Answer.class,
                        Membership.class,
                        Account.class,
                        Page.class,
                        Member.class,
                        Holder.class,
                        RoleDefinition.class,
                        RoleScopes.class,
                        Sighting.class,
                        FactHistory.class,
                        ChangeEntry.class,
                        SharedAsks.Entry.class);
    }
}
