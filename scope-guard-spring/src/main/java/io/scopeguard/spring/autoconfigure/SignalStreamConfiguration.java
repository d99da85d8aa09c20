package io.scopeguard.spring.autoconfigure;

import io.scopeguard.ScopeGuard;
import io.scopeguard.spring.metrics.GuardMetrics;
import io.scopeguard.spring.stream.OpenStreams;
import io.scopeguard.spring.stream.SignalStreamController;
import io.scopeguard.spring.stream.SignalStreams;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The endpoint that streams drift. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty("scope-guard.signals.stream.enabled")
final class SignalStreamConfiguration {

    @Bean
    SignalStreams signalStreams(
            OpenStreams watched, ScopeGuard guard, ScopeGuardProperties properties, GuardMetrics metrics) {
        SignalStreams streams = new SignalStreams(
                watched, guard, new DriftSettings(properties).header(), new StreamSettings(properties).signals());
        metrics.watch(streams);
        return streams;
    }

    @Bean
    SignalStreamController signalStreamController(SignalStreams streams) {
        return new SignalStreamController(streams);
    }
}
