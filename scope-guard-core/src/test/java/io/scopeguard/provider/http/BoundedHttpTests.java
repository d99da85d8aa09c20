package io.scopeguard.provider.http;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.noContent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MovableClock;
import java.net.URI;
import java.net.http.HttpRequest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BoundedHttpTests {

    private final WireMockServer server = Loopback.start();
    private final AtomicInteger usesOfDefaultContext = new AtomicInteger();
    private final BoundedHttp http =
            new BoundedHttp(Loopback.PATIENCE, 1_000, MovableClock.atNoon().steady());
    private SSLContext original;

    @BeforeEach
    void watchTheDefaultContext() throws NoSuchAlgorithmException {
        server.stubFor(any(anyUrl()).willReturn(noContent()));
        original = SSLContext.getDefault();
        SSLContext.setDefault(new WatchedContext(original, usesOfDefaultContext));
    }

    @AfterEach
    void restore() {
        SSLContext.setDefault(original);
        server.stop();
    }

    @Test
    void sendWhenAddressIsUnencryptedThenTrustedCertificatesAreNotRead() {
        assertThat(send(server.baseUrl()).join().statusCode()).isEqualTo(204);

        assertThat(usesOfDefaultContext).hasValue(0);
    }

    @Test
    void sendWhenAddressIsEncryptedThenTheServerIsAuthenticated() {
        send(server.baseUrl()).join();
        CompletableFuture<ReceivedResponse> answer = send(server.baseUrl().replace("http:", "HTTPS:"));

        // The server does not speak TLS.
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(answer::join)
                .withCauseInstanceOf(SSLException.class);
        assertThat(usesOfDefaultContext).hasPositiveValue();
    }

    /** They may wait for this very answer. From Java 25 on, the common pool has one thread on two processors. */
    @Test
    void sendWhenAllThreadsOfTheCommonPoolWaitThenAnswered() {
        CountDownLatch end = new CountDownLatch(1);
        for (int i = 0; i < ForkJoinPool.getCommonPoolParallelism(); i++) {
            ForkJoinPool.commonPool().execute(() -> await(end));
        }
        try {
            assertThat(send(server.baseUrl()).join().statusCode()).isEqualTo(204);
        } finally {
            end.countDown();
        }
    }

    private static void await(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private CompletableFuture<ReceivedResponse> send(String address) {
        return http.send(HttpRequest.newBuilder(URI.create(address)));
    }
}
