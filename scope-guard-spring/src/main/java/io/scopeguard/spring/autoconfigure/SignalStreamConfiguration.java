package io.scopeguard.spring.autoconfigure;

import io.scopeguard.ScopeGuard;
import io.scopeguard.spring.metrics.GuardMetrics;
import io.scopeguard.spring.stream.SignalStreamController;
import io.scopeguard.spring.stream.SignalStreams;
import java.time.Clock;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The endpoint that streams drift. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty("scope-guard.signals.stream.enabled")
final class SignalStreamConfiguration {

    @Bean
    SignalStreams signalStreams(
            ScopeGuard guard,
            ScopeGuardProperties properties,
            @Qualifier(ScopeGuardAutoConfiguration.CLOCK) Clock clock,
            GuardMetrics metrics) {
        SignalStreams streams = new SignalStreams(
                guard, new DriftSettings(properties).header(), clock, new StreamSettings(properties).signals());
        metrics.watch(streams);
        return streams;
    }

    @Bean
    SignalStreamController signalStreamController(SignalStreams streams) {
        return new SignalStreamController(streams);
    }
}
