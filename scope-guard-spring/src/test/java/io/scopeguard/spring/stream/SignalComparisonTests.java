package io.scopeguard.spring.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.scopeguard.Decision;
import io.scopeguard.ScopeGuard;
import io.scopeguard.WatchEnd;
import io.scopeguard.WatchEnd.Reason;
import io.scopeguard.signal.ScopeDriftHeader;
import io.scopeguard.spring.stream.OpenStreams.Kind;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Comparisons of signal streams wait for the provider if it does not respond. */
class SignalComparisonTests {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final ScopeGuard guard = mock(ScopeGuard.class);
    private final OpenStreams streams = new OpenStreams(guard, event -> {}, event -> {});
    private final CountDownLatch responding = new CountDownLatch(1);
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger finished = new AtomicInteger();

    @BeforeEach
    void hang() {
        Decision decision = mock(Decision.class);
        when(guard.authorize(any(), any())).thenAnswer(call -> {
            begun.incrementAndGet();
            responding.await();
            finished.incrementAndGet();
            return decision;
        });
    }

    @AfterEach
    void close() {
        responding.countDown();
        streams.destroy();
    }

    /** More streams than there may be threads that end streams. */
    @Test
    void endWhenComparisonsWaitForTheProviderThenNotDelayed() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        OpenStream other = streams.open(Kind.HTTP, List.of(), end -> ended.countDown());
        for (int i = 0; i < StreamThreads.MOST; i++) {
            signals().refreshed();
        }
        await().atMost(PATIENCE).until(() -> begun.get() == OpenStreams.MOST_WAITING);

        other.ended(new WatchEnd(Reason.NOT_A_MEMBER, mock(AccessToken.class), null, true, Instant.EPOCH));

        assertThat(ended.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(begun).hasValue(OpenStreams.MOST_WAITING);
        assertThat(finished).hasValue(0);
        responding.countDown();
        await().atMost(PATIENCE).until(() -> finished.get() == StreamThreads.MOST);
    }

    private SignalStream signals() {
        return new SignalStream(streams, guard, mock(ScopeDriftHeader.class), mock(AccessToken.class), stream -> {});
    }
}
