package io.scopeguard.demo.convergence;

import io.micrometer.core.instrument.MeterRegistry;
import io.scopeguard.logtobox.Answer;
import io.scopeguard.logtobox.Http;
import io.scopeguard.logtobox.LogtoBox;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.Banner;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** One running instance of the guarded API. */
final class Guard implements Api, AutoCloseable {

    private final ConfigurableApplicationContext context;
    private final Http http;
    private @Nullable Guard companion;

    private Guard(ConfigurableApplicationContext context) {
        this.context = context;
        this.http = new Http(endpoint());
    }

    /**
     * An instance with the default settings, except for the limit on calls, because much virtual time passes within a second.
     *
     * @param ahead the offset of its wall clock from the provider's
     * @param beans adds further beans
     */
    static Guard of(LogtoBox box, MovableClock clock, Duration ahead, Consumer<GenericApplicationContext> beans) {
        return start(
                ReportApi.class,
                properties(box, Map.of("scope-guard.clients.demo-server.third-party", true)),
                clocks(Clock.offset(clock, ahead), clock).andThen(beans));
    }

    /** An instance of another application, with further properties. */
    static Guard of(Class<?> application, LogtoBox box, MovableClock clock, Map<String, Object> further) {
        return start(application, properties(box, further), clocks(clock, clock));
    }

    private static Map<String, Object> properties(LogtoBox box, Map<String, Object> further) {
        Map<String, Object> properties = new HashMap<>(further);
        properties.putAll(Map.of(
                "server.port",
                0,
                "logging.level.root",
                "warn",
                "scope-guard.logto.endpoint",
                box.endpoint().toString(),
                "scope-guard.logto.app-id",
                "demo-m2m",
                "scope-guard.logto.app-secret",
                "demo-m2m-secret",
                "scope-guard.logto.calls-per-second",
                1000,
                "scope-guard.logto.timeout",
                "30s",
                "scope-guard.permissions.max-wait",
                "60s",
                "scope-guard.resources",
                "https://api.example.test",
                "scope-guard.default-audience",
                "organization"));
        return properties;
    }

    private static Consumer<GenericApplicationContext> clocks(Clock wall, MovableClock clock) {
        return context -> {
            context.registerBean("scopeGuardClock", Clock.class, () -> wall);
            context.registerBean(
                    "scopeGuardSteadyClock", SteadyClock.class, () -> new SteadyClock(wall, clock.ticker()));
        };
    }

    /** An instance with these properties and beans. */
    static Guard start(Map<String, Object> properties, Consumer<GenericApplicationContext> beans) {
        return start(ReportApi.class, properties, beans);
    }

    private static Guard start(
            Class<?> application, Map<String, Object> properties, Consumer<GenericApplicationContext> beans) {
        return new Guard(new SpringApplicationBuilder(application)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .initializers(started -> beans.accept((GenericApplicationContext) started))
                // Before those of the demo.
                .run(properties.entrySet().stream()
                        .map(property -> "--" + property.getKey() + "=" + property.getValue())
                        .toArray(String[]::new)));
    }

    URI endpoint() {
        return URI.create("http://localhost:" + context.getEnvironment().getProperty("local.server.port"));
    }

    /** This instance, and another one that serves beside it and is closed with it. */
    Guard with(Guard other) {
        companion = other;
        return this;
    }

    Stream<Guard> withCompanion() {
        return companion == null ? Stream.of(this) : Stream.of(this, companion);
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /** Whether it is reading permissions, for a request or in the background. */
    boolean isReading() {
        return context.isActive()
                && bean(MeterRegistry.class).get("scopeguard.permissions.active").gauges().stream()
                        .anyMatch(active -> active.value() > 0);
    }

    Answer post(String path, String json) {
        return http.post(path, json);
    }

    @Override
    public Answer get(String path, String token) {
        return http.get(path, "Authorization", "Bearer " + token);
    }

    @Override
    public void close() {
        context.close();
        if (companion != null) {
            companion.close();
        }
    }
}
