package io.scopeguard.spring.metrics;

import static io.scopeguard.spring.metrics.GuardMeter.value;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.scopeguard.Decision;
import io.scopeguard.WatchEnd;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.provider.CallListener;
import io.scopeguard.provider.CircuitState;
import io.scopeguard.provider.EventReceiver;
import io.scopeguard.provider.EventReceiver.Outcome;
import io.scopeguard.provider.EventReceiver.Receipt;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.remedy.RemedyListener;
import io.scopeguard.spring.ProviderListeners;
import io.scopeguard.spring.actuate.ProviderActivity;
import io.scopeguard.spring.stream.OpenStreams;
import io.scopeguard.spring.stream.SignalStreams;
import io.scopeguard.spring.stream.StreamEndedEvent;
import io.scopeguard.token.KeyListener;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The metrics for operators. Counters exist from the start, with all values of their tags. Thread-safe. */
public final class GuardMetrics implements ProviderListeners {

    private static final String PROVIDER = "provider";

    /** Outcomes of deliveries whose event is unknown or irrelevant. */
    private static final Set<Outcome> OF_OTHERS = Set.of(
            Outcome.IGNORED,
            Outcome.UNAUTHENTICATED,
            Outcome.MALFORMED,
            Outcome.TOO_LARGE,
            Outcome.TOO_SLOW,
            Outcome.OVERLOADED);

    private static final Set<Outcome> OF_EVENTS = Set.of(
            Outcome.APPLIED, Outcome.UNTIMELY, Outcome.UNSHARED, Outcome.IGNORED, Outcome.REPLAYED, Outcome.LIMITED);

    private final MeterRegistry registry;
    private final Clock clock;
    private final Timer age;
    private final ProviderActivity activity;
    private final ProviderMeters none;
    private final Map<String, ProviderMeters> byIssuer = new ConcurrentHashMap<>();

    /**
     * @param clock dates live permissions
     * @param maxStale the maximum age of live permissions
     */
    public GuardMetrics(MeterRegistry registry, Clock clock, Duration maxStale) {
        this.registry = registry;
        this.clock = clock;
        this.activity = new ProviderActivity(clock);
        this.none = ProviderMeters.ofNone(registry);
        // If the application enables a histogram, its last bucket ends at this age.
        this.age = GuardMeter.PERMISSIONS_AGE
                .timer()
                .maximumExpectedValue(maxStale)
                .register(registry);
    }

    /** The outcomes of the last calls, for the health indicator. */
    public ProviderActivity activity() {
        return activity;
    }

    /** The greatest age of live permissions behind the decisions of the last minutes; zero if no registry measures it. */
    public Duration maximumAge() {
        return Duration.ofMillis((long) age.max(TimeUnit.MILLISECONDS));
    }

    /** Registers the meters of a provider. */
    public void watch(IdentityProvider provider, PermissionCache permissions) {
        String name = provider.name();
        ProviderMeters meters = ProviderMeters.of(registry, name);
        provider.issuers().forEach(issuer -> byIssuer.put(issuer, meters));
        GuardMeter.PERMISSIONS_WAITING.gauge(registry, permissions, PermissionCache::waiting, PROVIDER, name);
        GuardMeter.PERMISSIONS_ACTIVE.gauge(registry, permissions, PermissionCache::active, PROVIDER, name);
        GuardMeter.LOSSES_DROPPED.counter(registry, permissions, PermissionCache::droppedLosses, PROVIDER, name);
        for (CircuitState state : CircuitState.values()) {
            GuardMeter.PROVIDER_BREAKER.gauge(
                    registry,
                    provider,
                    watched -> watched.circuit() == state ? 1 : 0,
                    PROVIDER,
                    name,
                    "state",
                    value(state));
        }
    }

    /** Registers the meters of streams. */
    public void watch(OpenStreams streams) {
        for (OpenStreams.Kind kind : OpenStreams.Kind.values()) {
            GuardMeter.STREAMS_OPEN.gauge(registry, streams, open -> open.count(kind), "kind", value(kind));
            for (WatchEnd.Reason reason : WatchEnd.Reason.values()) {
                ended(kind, reason, true);
                ended(kind, reason, false);
            }
        }
    }

    /** Registers the meter of the streams of signals. */
    public void watch(SignalStreams streams) {
        GuardMeter.SIGNAL_STREAMS.gauge(registry, streams, SignalStreams::size);
    }

    /** Counts a stream that has ended. */
    public void ended(StreamEndedEvent event) {
        ended(event.kind(), event.end().reason(), event.end().isEnforced()).increment();
    }

    private Counter ended(OpenStreams.Kind kind, WatchEnd.Reason reason, boolean isEnforced) {
        return GuardMeter.STREAMS_ENDED.counter(
                registry, "kind", value(kind), "reason", value(reason), "enforced", Boolean.toString(isEnforced));
    }

    /**
     * Counts a verified or rejected token.
     *
     * @param issuer the issuer in the token, even if the token was rejected; it is never used as a tag
     */
    public void verified(String outcome, @Nullable String issuer) {
        of(issuer).verified(outcome);
    }

    /** Counts a decision. */
    public void decided(Decision decision) {
        of(decision.token().issuer()).decided(decision);
        LivePermissions live = decision.live();
        if (live != null) {
            age.record(clock.millis() - live.asOf().toEpochMilli(), TimeUnit.MILLISECONDS);
        }
    }

    private ProviderMeters of(@Nullable String issuer) {
        return issuer == null ? none : byIssuer.getOrDefault(issuer, none);
    }

    @Override
    public CallListener calls(String provider) {
        return new CallMeters(registry, provider, activity);
    }

    /** A listener for the attempts to fetch the keys of a provider. */
    public KeyListener keys(String provider) {
        Map<KeyListener.Outcome, Timer> fetches = new EnumMap<>(KeyListener.Outcome.class);
        for (KeyListener.Outcome outcome : KeyListener.Outcome.values()) {
            fetches.put(outcome, GuardMeter.KEY_FETCHES.timer(registry, PROVIDER, provider, "outcome", value(outcome)));
        }
        return (outcome, took) -> {
            activity.fetchedKeys(provider, value(outcome));
            Objects.requireNonNull(fetches.get(outcome)).record(took);
        };
    }

    /** A listener for the remedies that clients of a provider are asked for. */
    public RemedyListener remedies(String provider) {
        Map<Remedy, Counter> asked = new EnumMap<>(Remedy.class);
        for (Remedy remedy : Set.of(Remedy.REFRESH, Remedy.RECONSENT)) {
            asked.put(remedy, GuardMeter.REMEDIES.counter(registry, PROVIDER, provider, "action", value(remedy)));
        }
        Counter disagreements = GuardMeter.DISAGREEMENTS.counter(registry, PROVIDER, provider);
        return new RemedyListener() {
            @Override
            public void asked(Remedy remedy) {
                Objects.requireNonNull(asked.get(remedy)).increment();
            }

            @Override
            public void disagreed() {
                disagreements.increment();
            }
        };
    }

    /** A listener for the deliveries of a provider. */
    public Consumer<Receipt> deliveries(String provider, EventReceiver receiver) {
        OF_OTHERS.forEach(outcome -> delivery(provider, new Receipt(outcome, Receipt.OTHER)));
        receiver.events()
                .forEach(event -> OF_EVENTS.forEach(outcome -> delivery(provider, new Receipt(outcome, event))));
        return receipt -> delivery(provider, receipt).increment();
    }

    private Counter delivery(String provider, Receipt receipt) {
        return GuardMeter.WEBHOOKS.counter(
                registry, PROVIDER, provider, "event", receipt.event(), "outcome", value(receipt.outcome()));
    }
}
