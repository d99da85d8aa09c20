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

        ScopeDrift drift = detector(catalogueWithNew(recent))
                .detect(Audience.ORGANIZATION, held, ISSUED, LivePermissions.of(live, ISSUED), scope -> true);

        assertThat(drift.demoted().containsAny(drift.missing())).isFalse();
        assertThat(drift.promoted().containsAny(drift.added())).isFalse();
        assertThat(held.minus(drift.demoted()).or(drift.missing())).isEqualTo(live);
        assertThat(drift.added()).isEqualTo(live.minus(held).and(Scopes.ofTokens(recent)));
        assertThat(drift.isEmpty()).isEqualTo(held.equals(live));
    }

    @Property
    void onlyScopesThatMatterAreMissingButEveryLossIsTold(
            @ForAll("sets") Set<String> t, @ForAll("sets") Set<String> l, @ForAll("sets") Set<String> m) {
        Scopes held = Scopes.ofTokens(t);
        Scopes live = Scopes.ofTokens(l);
        Scopes matters = Scopes.ofTokens(m);

        ScopeDrift drift = detector(new ScopeCatalogue())
                .detect(Audience.ORGANIZATION, held, ISSUED, LivePermissions.of(live, ISSUED), matters::contains);

        assertThat(drift.missing()).isEqualTo(live.minus(held).and(matters));
        assertThat(drift.demoted()).isEqualTo(held.minus(live));
    }

    @Property
    void withoutOrganizationWhatCouldBeIssuedIsNoLossAndWhatDoesNotCountIsNoPromotion(
            @ForAll("sets") Set<String> t, @ForAll("sets") Set<String> g, @ForAll("sets") Set<String> leaked) {
        Scopes held = Scopes.ofTokens(t);
        Scopes granted = Scopes.ofTokens(g);
        Scopes issuable = granted.or(Scopes.ofTokens(leaked));

        ScopeDrift drift = detector(new ScopeCatalogue())
                .detect(
                        Audience.resource("https://api.example.test"),
                        held,
                        ISSUED,
                        new LivePermissions(Standing.ACTIVE, issuable, granted, ISSUED),
                        scope -> true);

        assertThat(drift.demoted()).isEqualTo(held.minus(issuable));
        assertThat(drift.missing()).isEqualTo(granted.minus(held));
    }

    @Provide
    Arbitrary<Set<String>> sets() {
        return Arbitraries.of("a", "b", "c", "d", "e", "f").set().ofMaxSize(6);
    }

    private static DriftDetector detector(ScopeCatalogue catalogue) {
        return new DriftDetector(Clients.watching(WatchedScopes.all()), catalogue);
    }

    private static ScopeCatalogue catalogueWithNew(Set<String> recent) {
        ScopeCatalogue catalogue = new ScopeCatalogue();
        Map<String, Instant> created =
                recent.stream().collect(Collectors.toMap(name -> name, name -> ISSUED.plusSeconds(1)));
        catalogue.learn(Audience.ORGANIZATION, created, ISSUED.minusSeconds(60));
        return catalogue;
    }
}
