package io.scopeguard.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.LivePermissions;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.StandalonePermissions;
import java.time.Instant;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class DriftDetectorPropertyTests {

    private static final Instant ISSUED = Instant.parse("2026-11-21T12:00:00Z");

    @Property
    void detectThenThePartsAreDisjointAndMakeUpTheDifference(
            @ForAll("sets") Set<String> t, @ForAll("sets") Set<String> l, @ForAll("sets") Set<String> recent) {
        Scopes held = Scopes.ofTokens(t);
        Scopes live = Scopes.ofTokens(l);

        ScopeDrift drift = DriftDetector.detect(
                compared(held, StandalonePermissions.of(live, ISSUED, 0)), scope -> true, recent::contains);

        assertThat(drift.demoted().containsAny(drift.missing())).isFalse();
        assertThat(drift.promoted().containsAny(drift.introduced())).isFalse();
        assertThat(held.minus(drift.demoted()).or(drift.missing())).isEqualTo(live);
        assertThat(drift.introduced()).isEqualTo(live.minus(held).and(Scopes.ofTokens(recent)));
        assertThat(drift.isEmpty()).isEqualTo(held.equals(live));
    }

    @Property
    void detectWhenScopesDoNotMatterThenTheyAreNotMissingButTheirLossIsReported(
            @ForAll("sets") Set<String> t, @ForAll("sets") Set<String> l, @ForAll("sets") Set<String> m) {
        Scopes held = Scopes.ofTokens(t);
        Scopes live = Scopes.ofTokens(l);
        Scopes matters = Scopes.ofTokens(m);

        ScopeDrift drift = DriftDetector.detect(
                compared(held, StandalonePermissions.of(live, ISSUED, 0)), matters::contains, scope -> false);

        assertThat(drift.missing()).isEqualTo(live.minus(held).and(matters));
        assertThat(drift.demoted()).isEqualTo(held.minus(live));
    }

    @Property
    void detectWithoutOrganizationThenIssuableScopesAreNoLossAndUncountedOnesNoPromotion(
            @ForAll("sets") Set<String> t, @ForAll("sets") Set<String> g, @ForAll("sets") Set<String> leaked) {
        Scopes held = Scopes.ofTokens(t);
        Scopes granted = Scopes.ofTokens(g);
        Scopes issuable = granted.or(Scopes.ofTokens(leaked));

        ScopeDrift drift = DriftDetector.detect(
                compared(held, StandalonePermissions.of(issuable, granted, ISSUED, 0)), scope -> true, scope -> false);

        assertThat(drift.demoted()).isEqualTo(held.minus(issuable));
        assertThat(drift.missing()).isEqualTo(granted.minus(held));
    }

    private static ScopeComparison compared(Scopes held, LivePermissions live) {
        return ScopeComparison.of(held, live);
    }

    @Provide
    Arbitrary<Set<String>> sets() {
        return Arbitraries.of("a", "b", "c", "d", "e", "f").set().ofMaxSize(6);
    }
}
