package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.WatchEnd.Reason;
import io.scopeguard.spring.StreamTests.Streaming;
import io.scopeguard.spring.stream.OpenStreams.Kind;
import io.scopeguard.spring.stream.StreamEndedEvent;
import io.scopeguard.spring.support.Lines;
import io.scopeguard.spring.support.StreamFixture;
import io.scopeguard.spring.support.TenantServer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In the modes that deny nothing, the end of the right to a stream is only reported. */
@Timeout(600)
class ObservedStreamTests {

    private final StreamFixture fixture = new StreamFixture();
    private final TenantServer tenant = fixture.tenant();

    @AfterEach
    void close() {
        fixture.endAll();
        fixture.close();
        Streaming.ended.clear();
    }

    @ParameterizedTest
    @ValueSource(strings = {"observe", "signal"})
    void eventsWhenScopeIsRevokedThenReportedOnceAndTheStreamGoesOn(String mode) throws Exception {
        fixture.start(5, List.of("scope-guard.mode", mode), Streaming.class);
        String acme = TenantServer.newId("acme");
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report", "write:report");
        Lines lines =
                fixture.open("/organizations/" + acme + "/events", tenant.organizationToken(acme, user, "read:report"));
        lines.until("data:hello");

        tenant.join(acme, user, "write:report");
        while (Streaming.ended.isEmpty()) {
            fixture.timePasses();
            Thread.sleep(1);
        }

        StreamEndedEvent event = Streaming.ended.take();
        assertThat(event.end().isEnforced()).isFalse();
        assertThat(event.end().reason()).isEqualTo(Reason.INSUFFICIENT_SCOPE);
        for (int i = 0; i < 20; i++) {
            fixture.timePasses();
            Streaming.send(user, "still here " + i);
            lines.until("data:still here " + i);
        }
        assertThat(fixture.streams().count(Kind.HTTP)).isEqualTo(1);
        assertThat(Streaming.ended).isEmpty();
    }
}
