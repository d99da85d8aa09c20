package io.scopeguard.provider.http;

import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.github.bucket4j.Bucket;
import io.scopeguard.provider.CallBudget;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.CallListener;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpCallsTests {

    private final WireMockServer server = Loopback.start();
    private final SteadyClock clock = MovableClock.atNoon().steady();
    private final Bucket bucket = Bucket.builder()
            .addLimit(limit -> limit.capacity(100).refillGreedy(100, Duration.ofSeconds(1)))
            .build();
    private Runnable meanwhile = () -> {};
    private final HttpCalls calls = new HttpCalls(
            "Provider",
            CallBudget.shared(100, new CallBudget.Tokens() {
                @Override
                public <T> T use(CallBudget.Operation<T> operation) throws InterruptedException {
                    Runnable first = meanwhile;
                    meanwhile = () -> {};
                    first.run();
                    return operation.on(bucket);
                }
            }),
            Loopback.PATIENCE,
            CallListener.none(),
            clock,
            new ProviderClock(clock));

    @AfterEach
    void stop() {
        server.stop();
    }

    @Test
    void sendWhenAPauseIsRequestedWhileTheCallWaitsForTheBudgetThenNotSent() {
        server.stubFor(get(anyUrl()).willReturn(status(429).withHeader("Retry-After", "60")));
        meanwhile = () -> assertThat(reasonOf("/first")).isEqualTo(Reason.RATE_LIMITED);

        assertThat(reasonOf("/second")).isEqualTo(Reason.RATE_LIMITED);

        server.verify(1, getRequestedFor(urlEqualTo("/first")));
        server.verify(0, getRequestedFor(urlEqualTo("/second")));
    }

    private Reason reasonOf(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.baseUrl() + path));
        return catchThrowableOfType(
                        PermissionsUnavailableException.class,
                        () -> calls.send("read", request, CallContext.FOREGROUND, response -> Optional.of(response)))
                .reason();
    }
}
