package io.scopeguard.bench.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.AccessRequest;
import io.scopeguard.Denial;
import io.scopeguard.bench.live.tenant.Calls;
import io.scopeguard.bench.live.tenant.Entitlement;
import io.scopeguard.bench.live.tenant.Timeline;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.scope.Audience;
import io.scopeguard.token.AccessToken;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The rules for wrong decisions. Times are in seconds. */
class FiguresTests {

    private static final String SCOPE = "read:report";
    private static final AccessToken TOKEN =
            new TokenMint(List.of()).token(new Entitlement("user", "acme", Audience.ORGANIZATION), Set.of(SCOPE));

    @Test
    void wrongGrantsWhenGoneForLongerThanPromisedThenCounted() {
        Timeline truth = new Timeline(Set.of(SCOPE));
        truth.append(nanos(10), Set.of());

        Figures figures = figures(granted(truth, 9, 9.1), granted(truth, 12, 12.1), granted(truth, 16, 16.1));

        assertThat(figures.wrongGrants(5)).isEqualTo(1);
        assertThat(figures.wrongGrants(7)).isZero();
        assertThat(figures.goneAfter()).isEqualTo(6);
    }

    @Test
    void wrongGrantsWhenRightIsHeldAtAnyTimeOfTheRequestThenNone() {
        Timeline truth = new Timeline(Set.of(SCOPE));
        truth.append(nanos(10), Set.of());
        truth.append(nanos(20), Set.of(SCOPE));

        Figures figures = figures(granted(truth, 9.9, 10.1), granted(truth, 19, 20.1), granted(truth, 25, 25.1));

        assertThat(figures.wrongGrants(0)).isZero();
        assertThat(figures.goneAfter()).isZero();
    }

    @Test
    void wrongGrantsWhenOnlyEarlierLossesCountThenByTheTimeOfTheLoss() {
        Timeline earlier = new Timeline(Set.of(SCOPE));
        earlier.append(nanos(10), Set.of());
        Timeline later = new Timeline(Set.of(SCOPE));
        later.append(nanos(20), Set.of());

        Figures figures = figures(granted(earlier, 26, 26.1), granted(later, 27, 27.1), granted(later, 28, 28.1));

        assertThat(figures.wrongGrants(5)).isEqualTo(3);
        assertThat(figures.wrongGrants(5, nanos(15))).isEqualTo(1);
    }

    @Test
    void wronglyGrantedForWhenRightWasGoneBeforeThenUntilTheLastGrant() {
        Timeline before = new Timeline(Set.of());
        Timeline meanwhile = new Timeline(Set.of(SCOPE));
        meanwhile.append(nanos(3), Set.of());

        Figures figures = figures(granted(before, 1, 2), granted(before, 4, 4.5), granted(meanwhile, 8, 9));

        assertThat(figures.wronglyGrantedFor()).isEqualTo(4.5);
    }

    @Test
    void wrongRefusalsWhenRightWasNeverLostThenCounted() {
        Timeline never = new Timeline(Set.of(SCOPE));
        Timeline always = new Timeline(Set.of());
        Timeline returned = new Timeline(Set.of(SCOPE));
        returned.append(nanos(1), Set.of());
        returned.append(nanos(2), Set.of(SCOPE));

        Figures figures = figures(
                refused(never, 5, Denial.INSUFFICIENT_SCOPE),
                refused(never, 5, Denial.NOT_A_MEMBER),
                refused(never, 5, Denial.PERMISSIONS_UNAVAILABLE),
                refused(always, 5, Denial.INSUFFICIENT_SCOPE),
                refused(returned, 5, Denial.INSUFFICIENT_SCOPE));

        assertThat(figures.wrongRefusals()).isEqualTo(2);
        assertThat(figures.unavailable()).isEqualTo(1);
    }

    @Test
    void wrongDemotionsWhenRightWasNeverLostThenCounted() {
        Timeline held = new Timeline(Set.of(SCOPE));
        Timeline lost = new Timeline(Set.of(SCOPE));
        lost.append(nanos(3), Set.of("other"));

        Figures figures = figures(demoted(held), demoted(lost));

        assertThat(figures.wrongDemotions()).isEqualTo(1);
    }

    @Test
    void liveWhenSomeSecondsAreWorseThenTheWorstIsTold() {
        Timeline held = new Timeline(Set.of(SCOPE));
        List<Observation> seen = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            seen.add(observation(held, 1, 1, null, 2, false));
            seen.add(observation(held, 2, 2, null, i < 75 ? 4 : -1, false));
        }

        Figures figures = figures(seen.toArray(Observation[]::new));

        assertThat(figures.live()).isEqualTo(0.875);
        assertThat(figures.worstSecond()).isEqualTo(0.75);
        assertThat(figures.age(50)).isEqualTo(2);
        assertThat(figures.age(99)).isEqualTo(4);
    }

    @Test
    void waitedWhenRequestsTakeLongThenCounted() {
        Timeline held = new Timeline(Set.of(SCOPE));

        Figures figures = figures(granted(held, 1, 1.5), granted(held, 2, 4));

        assertThat(figures.waited(100)).isEqualTo(2);
        assertThat(figures.waitedAtLeast(1)).isEqualTo(1);
    }

    @Test
    void unchangedSinceWhenScopeComesAndGoesThenTheLastChangeBefore() {
        Timeline truth = new Timeline(Set.of(SCOPE));
        truth.append(10, Set.of());
        truth.append(20, Set.of("other"));
        truth.append(30, Set.of(SCOPE));

        assertThat(truth.unchangedSince(SCOPE, 5)).isEqualTo(Timeline.ALWAYS);
        assertThat(truth.unchangedSince(SCOPE, 25)).isEqualTo(10);
        assertThat(truth.unchangedSince(SCOPE, 35)).isEqualTo(30);
        assertThat(truth.isHeldThroughout(SCOPE, 5, 10)).isFalse();
        assertThat(truth.isHeldThroughout(SCOPE, 5, 9)).isTrue();
        assertThat(truth.isLackedThroughout(SCOPE, 10, 29)).isTrue();
        assertThat(truth.isLackedThroughout(SCOPE, 10, 30)).isFalse();
    }

    private static Figures figures(Observation... seen) {
        return new Figures(List.of(seen), new Calls(Map.of()), 0, nanos(60));
    }

    private static Observation granted(Timeline truth, double start, double end) {
        return observation(truth, start, end, null, 1, false);
    }

    private static Observation refused(Timeline truth, double at, Denial denial) {
        return observation(truth, at, at, denial, 1, false);
    }

    private static Observation demoted(Timeline truth) {
        return observation(truth, 5, 5, null, 1, true);
    }

    private static Observation observation(
            Timeline truth, double start, double end, @Nullable Denial denial, double age, boolean demoted) {
        AccessRequest request = new AccessRequest(RequestedOrganization.OF_TOKEN, null);
        Ask ask = new Ask(TOKEN, request, SCOPE, truth);
        return new Observation(ask, nanos(start), nanos(end), denial, age < 0 ? -1 : nanos(age), demoted);
    }

    private static long nanos(double seconds) {
        return (long) (seconds * TimeUnit.SECONDS.toNanos(1));
    }
}
