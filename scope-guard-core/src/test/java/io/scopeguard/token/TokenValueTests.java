package io.scopeguard.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.scope.Scopes;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TokenValueTests {

    private final AccessToken token =
            UnsignedTokens.organization("acme", "ada", "1", Instant.EPOCH, Scopes.of("read:report"));
    private final TokenValue<String> first = new TokenValue<>();
    private final TokenValue<Integer> second = new TokenValue<>();

    @Test
    void getWhenTwoOwnersHaveSetValuesThenEachGetsItsOwn() {
        assertThat(first.get(token)).isNull();

        first.set(token, "one");
        second.set(token, 2);

        assertThat(first.get(token)).isEqualTo("one");
        assertThat(second.get(token)).isEqualTo(2);
    }

    @Test
    void getWhenOnlyAnotherTokenHasAValueThenNull() {
        first.set(token, "one");

        assertThat(first.get(UnsignedTokens.organization("acme", "ada", "1", Instant.EPOCH, Scopes.none())))
                .isNull();
    }

    @Test
    void setWhenTwoThreadsDoSoAtOnceThenNoOwnerGetsTheValueOfAnother() throws InterruptedException {
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        threads.execute(() -> setOften(start, first, "one"));
        threads.execute(() -> setOften(start, second, 2));
        start.countDown();
        threads.shutdown();
        assertThat(threads.awaitTermination(5, TimeUnit.MINUTES)).isTrue();

        assertThat(first.get(token)).isIn(null, "one");
        assertThat(second.get(token)).isIn(null, 2);
    }

    private <T> void setOften(CountDownLatch start, TokenValue<T> owner, T value) {
        try {
            start.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        for (int i = 0; i < 1_000; i++) {
            T known = owner.get(token);
            assertThat(known).isIn(null, value);
            if (known == null) {
                owner.set(token, value);
            }
        }
    }
}
