package io.scopeguard.spring.autoconfigure;

import io.scopeguard.spring.stream.SignalStreamController;
import io.scopeguard.spring.stream.SignalStreams;
import java.time.Duration;

/** The limits on streams, from properties. Errors name the property and the fix. */
final class StreamSettings {

    private static final String PREFIX = "scope-guard.";

    private static final Duration SHORTEST_KEEP_ALIVE = Duration.ofMillis(100);
    private static final Duration LONGEST_KEEP_ALIVE = Duration.ofMinutes(1);

    private final ScopeGuardProperties properties;

    StreamSettings(ScopeGuardProperties properties) {
        this.properties = properties;
    }

    /** How many streams may be open. */
    int maxOpen() {
        return SettingChecks.atLeast(
                PREFIX + "streams.max-open", properties.streams().maxOpen(), 0);
    }

    SignalStreams.Limits signals() {
        ScopeGuardProperties.Signals.Stream stream = properties.signals().stream();
        SettingChecks.path(PREFIX + "signals.stream.path", stream.path(), SignalStreamController.DEFAULT_PATH);
        Duration keepAlive = SettingChecks.between(
                PREFIX + "signals.stream.keep-alive", stream.keepAlive(), SHORTEST_KEEP_ALIVE, LONGEST_KEEP_ALIVE);
        return new SignalStreams.Limits(
                SettingChecks.atLeast(PREFIX + "signals.stream.max-streams", stream.maxStreams(), 1),
                SettingChecks.atLeast(PREFIX + "signals.stream.max-per-subject", stream.maxPerSubject(), 1),
                keepAlive);
    }
}
