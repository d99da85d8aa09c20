package io.scopeguard.spring.autoconfigure;

import io.scopeguard.ScopeGuard;
import io.scopeguard.spring.metrics.GuardMetrics;
import io.scopeguard.spring.stream.OpenStreams;
import io.scopeguard.spring.stream.SignalStreamController;
import io.scopeguard.spring.stream.SignalStreams;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The endpoint that streams drift. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnSwitch("scope-guard.signals.stream.enabled")
final class SignalStreamConfiguration {

    @Bean
    SignalStreams signalStreams(
            OpenStreams openStreams,
            ScopeGuard scopeGuardCore,
            ScopeGuardProperties properties,
            GuardMetrics scopeGuardMetrics) {
        SignalStreams streams = new SignalStreams(
                openStreams,
                scopeGuardCore,
                new DriftSettings(properties).header(),
                new StreamSettings(properties).signals());
        scopeGuardMetrics.watch(streams);
        return streams;
    }

    @Bean
    SignalStreamController signalStreamController(SignalStreams signalStreams) {
        return new SignalStreamController(signalStreams);
    }
}
