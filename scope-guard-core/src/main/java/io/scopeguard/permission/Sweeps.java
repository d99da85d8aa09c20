package io.scopeguard.permission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

/** The sweeps of all organizations, and that of the holders of global roles. Bounded and thread-safe. */
final class Sweeps {

    private static final long MAX_ORGANIZATIONS = 100_000;

    private final Cache<String, MemberSweep> members = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MAX_ORGANIZATIONS)
            .build();
    private final HolderSweep holders = new HolderSweep();

    MemberSweep of(String organization) {
        return members.get(organization, id -> new MemberSweep());
    }

    HolderSweep holders() {
        return holders;
    }
}
