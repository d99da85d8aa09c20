package io.scopeguard.permission;

import io.scopeguard.permission.read.MemberSweep;
import io.scopeguard.permission.read.Sweeps;
import java.util.HashMap;
import java.util.Map;

/** Sweeps that are dropped when a test says so, as if there were too many organizations. */
final class ForgettingSweeps extends Sweeps {

    private final Map<String, MemberSweep> members = new HashMap<>();

    void forget() {
        members.clear();
    }

    @Override
    public MemberSweep of(String organization) {
        return members.computeIfAbsent(organization, id -> new MemberSweep());
    }
}
