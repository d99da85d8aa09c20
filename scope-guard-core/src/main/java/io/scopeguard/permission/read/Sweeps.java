package io.scopeguard.permission.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.scopeguard.annotation.Internal;

/**
 * The sweeps of all organizations, and the sweep of the holders of global roles. Bounded and thread-safe.
 *
 * @hidden
 */
@Internal
public final class Sweeps {

    private static final long MAX_ORGANIZATIONS = 100_000;

    private final Cache<String, MemberSweep> members = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MAX_ORGANIZATIONS)
            .build();
    private final HolderSweep holders = new HolderSweep();

    public MemberSweep of(String organization) {
        return members.get(organization, id -> new MemberSweep());
    }

    public HolderSweep holders() {
        return holders;
    }
}
