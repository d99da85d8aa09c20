package io.scopeguard.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.Standing;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class DriftDetectorPropertyTests {

    private static final Instant ISSUED = Instant.parse("2026-11-21T12:00:00Z");

    @Property
    void partsAreDisjointAndRebuildTheDifference(
            @ForAll("sets") Set<String> t, @ForAll("sets") Set<String> l, @ForAll("sets") Set<String> recent) {
        Scopes held = Scopes.ofTokens(t);
        Scopes live = Scopes.ofTokens(l);

        ScopeDrift drift = new DriftDetector(WatchedScopes.all(), catalogueWithNew(recent))
                .detect(Audience.ORGANIZATION, held, ISSUED, LivePermissions.of(live, ISSUED), Scopes.none());

        assertThat(drift.demoted().containsAny(drift.missing())).isFalse();
        assertThat(drift.promoted().containsAny(drift.added())).isFalse();
        assertThat(held.minus(drift.demoted()).or(drift.missing())).isEqualTo(live);
        assertThat(drift.added()).isEqualTo(live.minus(held).and(Scopes.ofTokens(recent)));
        assertThat(drift.isEmpty()).isEqualTo(held.equals(live));
    }

    @Property
    void onlyWatchedOrNeededScopesAreMissingButEveryLossIsTold(
            @ForAll("sets") Set<String> t,
            @ForAll("sets") Set<String> l,
            @ForAll("sets") Set<String> w,
            @ForAll("sets") Set<String> n) {
        Scopes held = Scopes.ofTokens(t);
        Scopes live = Scopes.ofTokens(l);
        Scopes matters = Scopes.ofTokens(w).or(Scopes.ofTokens(n));

        ScopeDrift drift = new DriftDetector(WatchedScopes.of(Scopes.ofTokens(w)), new ScopeCatalogue())
                .detect(Audience.ORGANIZATION, held, ISSUED, LivePermissions.of(live, ISSUED), Scopes.ofTokens(n));

        assertThat(drift.missing()).isEqualTo(live.minus(held).and(matters));
        assertThat(drift.demoted()).isEqualTo(held.minus(live));
    }

    @Property
    void withoutOrganizationWhatCouldBeIssuedIsNoLossAndWhatDoesNotCountIsNoPromotion(
            @ForAll("sets") Set<String> t, @ForAll("sets") Set<String> g, @ForAll("sets") Set<String> leaked) {
        Scopes held = Scopes.ofTokens(t);
        Scopes granted = Scopes.ofTokens(g);
        Scopes issuable = granted.or(Scopes.ofTokens(leaked));

        ScopeDrift drift = new DriftDetector(WatchedScopes.all(), new ScopeCatalogue())
                .detect(
                        Audience.resource("https://api.example.test"),
                        held,
                        ISSUED,
                        new LivePermissions(Standing.ACTIVE, issuable, granted, ISSUED),
                        Scopes.none());

        assertThat(drift.demoted()).isEqualTo(held.minus(issuable));
        assertThat(drift.missing()).isEqualTo(granted.minus(held));
    }

    @Provide
    Arbitrary<Set<String>> sets() {
        return Arbitraries.of("a", "b", "c", "d", "e", "f").set().ofMaxSize(6);
    }

    private static ScopeCatalogue catalogueWithNew(Set<String> recent) {
        ScopeCatalogue catalogue = new ScopeCatalogue();
        Map<String, Instant> created =
                recent.stream().collect(Collectors.toMap(name -> name, name -> ISSUED.plusSeconds(1)));
        catalogue.learn(Audience.ORGANIZATION, created, ISSUED.minusSeconds(60));
        return catalogue;
    }
}
