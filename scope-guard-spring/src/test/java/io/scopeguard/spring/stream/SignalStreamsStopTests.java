package io.scopeguard.spring.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.scopeguard.Decision;
import io.scopeguard.ScopeGuard;
import io.scopeguard.Watch;
import io.scopeguard.signal.ScopeDriftHeader;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mockito.Answers;

/** Signal streams whose ends take long, because their clients do not read. */
@Timeout(600)
class SignalStreamsStopTests {

    private static final int UNREAD = 3;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final ScopeGuard guard = mock(ScopeGuard.class);
    private final OpenStreams watched = new OpenStreams(guard, event -> {}, event -> {});
    private final SignalStreams streams = new SignalStreams(
            watched,
            guard,
            mock(ScopeDriftHeader.class),
            new SignalStreams.Limits(UNREAD, UNREAD, Duration.ofHours(1)));
    private final CountDownLatch reading = new CountDownLatch(1);
    private final AtomicInteger ending = new AtomicInteger();

    @AfterEach
    void close() {
        reading.countDown();
        watched.destroy();
    }

    @Test
    void stopWhenClientsDoNotReadThenAllEndTogetherAndNobodyWaitsButForTheResult() throws Exception {
        openUnread();
        CountDownLatch stopped = new CountDownLatch(1);

        streams.stop(stopped::countDown);

        await().atMost(PATIENCE).until(() -> ending.get() == UNREAD);
        assertThat(stopped.getCount()).isOne();
        assertThat(streams.isRunning()).isFalse();
        reading.countDown();
        assertThat(stopped.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void stopWhenNoStreamIsOpenThenStoppedAtOnce() {
        AtomicInteger stopped = new AtomicInteger();

        streams.stop(stopped::incrementAndGet);

        assertThat(stopped).hasValue(1);
    }

    private void openUnread() {
        Decision granted = mock(Decision.class, Answers.RETURNS_MOCKS);
        when(granted.isGranted()).thenReturn(true);
        when(granted.denial()).thenReturn(null);
        when(guard.inspect(any())).thenReturn(granted);
        Watch watch = mock(Watch.class);
        doAnswer(call -> {
                    ending.incrementAndGet();
                    reading.await();
                    return null;
                })
                .when(watch)
                .close();
        when(guard.watch(any(), any())).thenReturn(watch);
        streams.start();
        for (int i = 0; i < UNREAD; i++) {
            assertThat(streams.open(mock(AccessToken.class, Answers.RETURNS_MOCKS)))
                    .isPresent();
        }
    }
}
