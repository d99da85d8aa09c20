package io.scopeguard.permission.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.scopeguard.annotation.Internal;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;

/**
 * The sweeps of all organizations, and the sweep of the holders of global roles. Bounded and thread-safe.
 *
 * @hidden
 */
@Internal
public class Sweeps {

    private static final long MAX_ORGANIZATIONS = 100_000;

    private final Cache<String, MemberSweep> members = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MAX_ORGANIZATIONS)
            .build();
    private final HolderSweep holders = new HolderSweep();

    /** Whether a call was not made because the budget leaves no room for it. */
    static boolean isOutOfBudget(Throwable failure) {
        return failure instanceof PermissionsUnavailableException e && e.reason() == Reason.BUDGET_EXHAUSTED;
    }

    public MemberSweep of(String organization) {
        return members.get(organization, id -> new MemberSweep());
    }

    public HolderSweep holders() {
        return holders;
    }
}
