package io.scopeguard.bench.soak;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The periods in which the loss of many members of an organization is not believed yet. Thread-safe. */
final class Doubts {

    private final Map<String, Troubles> byOrganization = new ConcurrentHashMap<>();

    /** Records that many members of an organization are removed now. */
    void begin(String organization) {
        long now = System.nanoTime();
        byOrganization
                .computeIfAbsent(organization, ignored -> new Troubles())
                .begin(now)
                .end(now + Judge.DOUBT.toNanos());
    }

    /** Whether there was a doubt about a request's organization at any moment of the period. */
    boolean concern(Request request, long from, long to) {
        String organization = request.entitlement().organization();
        Troubles doubts = organization == null ? null : byOrganization.get(organization);
        return doubts != null && !doubts.isHealthyThroughout(from, to);
    }
}
