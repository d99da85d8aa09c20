package io.scopeguard.spring.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.scopeguard.Decision;
import io.scopeguard.ScopeGuard;
import io.scopeguard.Watch;
import io.scopeguard.WatchEnd;
import io.scopeguard.WatchEnd.Reason;
import io.scopeguard.spring.stream.OpenStreams.Kind;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mockito.MockedStatic;
import org.mockito.Mockito;

/** A stream under several watches, such as those of a filter chain and of a handler. */
@Timeout(600)
class OpenStreamTests {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Queue<StreamEndedEvent> events = new ConcurrentLinkedQueue<>();
    private final OpenStreams streams = new OpenStreams(mock(ScopeGuard.class), events::add, event -> {});
    private final OpenStream stream = new OpenStream(streams, Kind.HTTP, end -> {});

    @AfterEach
    void close() {
        streams.destroy();
    }

    @Test
    void endedWhenNotEnforcedThenEachReasonIsReportedOnce() {
        stream.ended(reported(Reason.INSUFFICIENT_SCOPE));
        stream.ended(reported(Reason.INSUFFICIENT_SCOPE));
        stream.ended(reported(Reason.EXPIRED));

        assertThat(events)
                .extracting(event -> event.end().reason())
                .containsExactly(Reason.INSUFFICIENT_SCOPE, Reason.EXPIRED);
    }

    @Test
    void endedWhenTheTokenWasRenewedMeanwhileThenReportedAgain() {
        stream.ended(reported(Reason.INSUFFICIENT_SCOPE));
        AccessToken newer = mock(AccessToken.class);
        Decision granted =
                mock(Decision.class, invocation -> invocation.getMethod().getReturnType() == boolean.class);
        try (MockedStatic<Watch> watches = Mockito.mockStatic(Watch.class)) {
            watches.when(() -> Watch.renew(List.of(), newer)).thenReturn(granted);
            assertThat(stream.renew(newer)).isSameAs(granted);
        }

        stream.ended(reported(Reason.INSUFFICIENT_SCOPE));

        assertThat(events).hasSize(2);
    }

    @Test
    void endedWhenEnforcedThenOnlyTheFirstEndCounts() {
        stream.ended(enforced());
        stream.ended(new WatchEnd(Reason.EXPIRED, mock(AccessToken.class), null, true, Instant.EPOCH));

        assertThat(events).extracting(event -> event.end().reason()).containsExactly(Reason.NOT_A_MEMBER);
    }

    @Tag("thorough")
    @Test
    void endedWhenEnforcedThenItCountsAsOpenUntilItIsClosed() {
        OpenStream open = streams.open(Kind.HTTP, List.of(), end -> {});
        open.ended(enforced());
        await().atMost(PATIENCE).until(() -> !events.isEmpty());
        assertThat(streams.count(Kind.HTTP)).isEqualTo(1);

        open.close();

        assertThat(streams.count(Kind.HTTP)).isZero();
        await().atMost(PATIENCE).until(streams.threads()::areGone);
    }

    @Test
    void endedWhenItIsNeverClosedThenItCountsAsOpenForSomeTime() {
        OpenStreams impatient = new OpenStreams(
                mock(ScopeGuard.class), events::add, event -> {}, Duration.ofMillis(1), StreamThreads::daemons);
        OpenStream open = impatient.open(Kind.HTTP, List.of(), end -> {});
        assertThat(impatient.count(Kind.HTTP)).isEqualTo(1);

        open.ended(enforced());

        await().atMost(PATIENCE).until(() -> impatient.count(Kind.HTTP) == 0);
        open.close();
        assertThat(impatient.count(Kind.HTTP)).isZero();
        impatient.destroy();
    }

    @Test
    void endedWhenItsEndFailsThenItNoLongerCounts() {
        OpenStream open = streams.open(Kind.WEBSOCKET, List.of(), end -> {
            throw new IllegalStateException("The client has gone.");
        });

        open.ended(enforced());

        await().atMost(PATIENCE).until(() -> streams.count(Kind.WEBSOCKET) == 0);
    }

    @Test
    void endedWhenNoThreadCanBeStartedThenItEndsAndIsReported() {
        AtomicBoolean isPossible = new AtomicBoolean();
        List<StreamEndedEvent> reported = new ArrayList<>();
        List<WatchEnd> carriedOut = new ArrayList<>();
        OpenStreams starved = new OpenStreams(
                mock(ScopeGuard.class),
                events::add,
                reported::add,
                Duration.ofMinutes(10),
                name -> work -> Unstartable.unless(isPossible, work));
        OpenStream open = starved.open(Kind.HTTP, List.of(), carriedOut::add);

        open.ended(enforced());

        assertThat(carriedOut).hasSize(1);
        assertThat(reported).containsExactlyElementsOf(events);
        starved.destroy();
    }

    @Test
    void openWhenItsWatchFailsThenItDoesNotCount() {
        ScopeGuard guard = mock(ScopeGuard.class);
        when(guard.watch(any(), any())).thenThrow(new OutOfMemoryError("unable to create native thread"));
        OpenStreams failing = new OpenStreams(guard, events::add, event -> {});

        assertThatThrownBy(() -> failing.open(Kind.HTTP, List.of(mock(Decision.class)), end -> {}))
                .isInstanceOf(OutOfMemoryError.class);

        assertThat(failing.count(Kind.HTTP)).isZero();
        failing.destroy();
    }

    /** As when a listener writes to a database that does not respond. */
    @Test
    void endedWhenAListenerBlocksThenAllEndAndEachIsReportedInOrder() throws Exception {
        CountDownLatch responding = new CountDownLatch(1);
        CountDownLatch carriedOut = new CountDownLatch(2 * StreamThreads.MOST);
        List<StreamEndedEvent> reported = new ArrayList<>();
        OpenStreams reporting = new OpenStreams(mock(ScopeGuard.class), events::add, event -> {
            awaitOrFail(responding);
            reported.add(event);
            if (reported.size() == 1) {
                throw new IllegalStateException("The database does not respond.");
            }
        });
        for (int i = 0; i < 2 * StreamThreads.MOST; i++) {
            reporting.open(Kind.HTTP, List.of(), end -> carriedOut.countDown()).ended(enforced());
        }

        assertThat(carriedOut.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

        assertThat(reported).isEmpty();
        responding.countDown();
        reporting.destroy();
        assertThat(reported).containsExactlyElementsOf(events);
    }

    private static void awaitOrFail(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static WatchEnd enforced() {
        return new WatchEnd(Reason.NOT_A_MEMBER, mock(AccessToken.class), null, true, Instant.EPOCH);
    }

    private static WatchEnd reported(Reason reason) {
        return new WatchEnd(reason, mock(AccessToken.class), null, false, Instant.EPOCH);
    }
}
