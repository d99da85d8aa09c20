package io.scopeguard.spring.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.WatchEnd;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.provider.CallListener;
import io.scopeguard.provider.CircuitState;
import io.scopeguard.provider.EventReceiver.Receipt;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.provider.Priority;
import io.scopeguard.provider.TokenKind;
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
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The metrics for operators. No tag ever contains an id: all values come from small fixed sets. */
public final class GuardMetrics implements ProviderListeners {

    private static final String PROVIDER = "provider";

    /** The provider of tokens that name no issuer of any provider. */
    private static final String NO_PROVIDER = "none";

    private final MeterRegistry registry;
    private final Clock clock;
    private final Timer age;
    private final ProviderActivity activity;

    /** The names of the providers, by issuer. */
    private final Map<String, String> providers = new ConcurrentHashMap<>();

    /** Found by their tags once: looking a meter up costs more than counting. */
    private final Map<Object, Counter> counters = new ConcurrentHashMap<>();

    /**
     * @param clock by which live permissions are dated
     * @param maxStale how old they may get
     */
    public GuardMetrics(MeterRegistry registry, Clock clock, Duration maxStale) {
        this.registry = registry;
        this.clock = clock;
        this.activity = new ProviderActivity(clock);
        // Where a histogram is asked for, its buckets end where answers do.
        this.age = Timer.builder("scopeguard.permissions.age")
                .maximumExpectedValue(maxStale)
                .register(registry);
    }

    public ProviderActivity activity() {
        return activity;
    }

    public void watch(IdentityProvider provider, PermissionCache permissions) {
        provider.issuers().forEach(issuer -> providers.put(issuer, provider.name()));
        Gauge.builder("scopeguard.permissions.waiting", permissions, PermissionCache::waiting)
                .tag(PROVIDER, provider.name())
                .register(registry);
        Gauge.builder("scopeguard.permissions.active", permissions, PermissionCache::active)
                .tag(PROVIDER, provider.name())
                .register(registry);
        FunctionCounter.builder("scopeguard.permissions.losses.dropped", permissions, PermissionCache::droppedLosses)
                .tag(PROVIDER, provider.name())
                .register(registry);
        for (CircuitState state : CircuitState.values()) {
            Gauge.builder("scopeguard.provider.breaker", provider, watched -> watched.circuit() == state ? 1 : 0)
                    .tag(PROVIDER, provider.name())
                    .tag("state", lower(state))
                    .register(registry);
        }
    }

    public void watch(OpenStreams streams) {
        for (OpenStreams.Kind kind : OpenStreams.Kind.values()) {
            Gauge.builder("scopeguard.streams.open", streams, open -> open.count(kind))
                    .tag("kind", lower(kind))
                    .register(registry);
        }
    }

    public void ended(StreamEndedEvent event) {
        EndTags tags =
                new EndTags(event.kind(), event.end().reason(), event.end().isEnforced());
        count(
                tags,
                () -> registry.counter(
                        "scopeguard.streams.ended",
                        "kind",
                        lower(tags.kind()),
                        "reason",
                        lower(tags.reason()),
                        "enforced",
                        Boolean.toString(tags.isEnforced())));
    }

    public void watch(SignalStreams streams) {
        Gauge.builder("scopeguard.signals.streams", streams, SignalStreams::size)
                .register(registry);
    }

    /**
     * Counts a verification.
     *
     * @param issuer the issuer of the token, which may be forged: it is never a tag itself
     */
    public void verified(String outcome, @Nullable String issuer) {
        String provider = provider(issuer);
        count(
                new VerificationTags(provider, outcome),
                () -> registry.counter("scopeguard.verifications", PROVIDER, provider, "outcome", outcome));
    }

    private String provider(@Nullable String issuer) {
        return issuer == null ? NO_PROVIDER : providers.getOrDefault(issuer, NO_PROVIDER);
    }

    public void decided(Decision decision) {
        String provider = provider(decision.token().issuer());
        DecisionTags tags = DecisionTags.of(provider, decision);
        count(
                tags,
                () -> registry.counter(
                        "scopeguard.decisions",
                        PROVIDER,
                        provider,
                        "outcome",
                        tags.denial() == null ? "granted" : lower(tags.denial()),
                        "token",
                        lower(tags.kind()),
                        "live",
                        tags.live()));
        LivePermissions live = decision.live();
        if (live != null) {
            age.record(clock.millis() - live.asOf().toEpochMilli(), TimeUnit.MILLISECONDS);
        }
        ScopeDrift drift = decision.drift();
        if (!drift.isEmpty()) {
            Remedy remedy = decision.advice().remedy();
            drifted(provider, "demoted", !drift.demoted().isEmpty(), remedy);
            drifted(provider, "promoted", !drift.promoted().isEmpty(), remedy);
            drifted(provider, "new", !drift.introduced().isEmpty(), remedy);
            drifted(provider, "demoted-roles", !drift.roles().demoted().isEmpty(), remedy);
            drifted(provider, "promoted-roles", !drift.roles().promoted().isEmpty(), remedy);
        }
    }

    @Override
    public CallListener calls(String provider) {
        return new CallListener() {
            @Override
            public void called(String operation, String outcome, Duration took) {
                activity.called(provider, outcome);
                registry.timer(
                                "scopeguard.provider.calls",
                                PROVIDER,
                                provider,
                                "operation",
                                operation,
                                "outcome",
                                outcome)
                        .record(took);
            }

            @Override
            public void waited(Priority priority, Duration took) {
                registry.timer("scopeguard.provider.waits", PROVIDER, provider, "priority", lower(priority))
                        .record(took);
            }
        };
    }

    public KeyListener keys(String provider) {
        return (outcome, took) -> {
            activity.fetchedKeys(provider, lower(outcome));
            registry.timer("scopeguard.keys.fetches", PROVIDER, provider, "outcome", lower(outcome))
                    .record(took);
        };
    }

    public RemedyListener remedies(String provider) {
        return new RemedyListener() {
            @Override
            public void asked(Remedy remedy) {
                count(
                        new RemedyTags(provider, remedy),
                        () -> registry.counter("scopeguard.remedies", PROVIDER, provider, "action", lower(remedy)));
            }

            @Override
            public void disagreed() {
                registry.counter("scopeguard.disagreements", PROVIDER, provider).increment();
            }
        };
    }

    public void delivered(String provider, Receipt receipt) {
        count(
                new DeliveryTags(provider, receipt),
                () -> registry.counter(
                        "scopeguard.webhooks",
                        PROVIDER,
                        provider,
                        "event",
                        receipt.event(),
                        "outcome",
                        lower(receipt.outcome())));
    }

    private void drifted(String provider, String change, boolean isPresent, Remedy remedy) {
        if (isPresent) {
            count(
                    new DriftTags(provider, change, remedy),
                    () -> registry.counter(
                            "scopeguard.drift", PROVIDER, provider, "change", change, "remedy", lower(remedy)));
        }
    }

    private void count(Object tags, Supplier<Counter> meter) {
        Counter known = counters.get(tags);
        Counter counter = known != null ? known : counters.computeIfAbsent(tags, ignored -> meter.get());
        counter.increment();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private record EndTags(OpenStreams.Kind kind, WatchEnd.Reason reason, boolean isEnforced) {}

    private record DeliveryTags(String provider, Receipt receipt) {}

    private record VerificationTags(String provider, String outcome) {}

    private record RemedyTags(String provider, Remedy remedy) {}

    private record DriftTags(String provider, String change, Remedy remedy) {}

    private record DecisionTags(String provider, @Nullable Denial denial, TokenKind kind, String live) {

        static DecisionTags of(String provider, Decision decision) {
            return new DecisionTags(
                    provider, decision.denial(), decision.token().kind(), live(decision));
        }

        private static String live(Decision decision) {
            if (decision.denial() == Denial.ORGANIZATION_MISMATCH || decision.denial() == Denial.WRONG_TOKEN_KIND) {
                return "not_asked";
            }
            return decision.live() == null ? "unknown" : "known";
        }
    }
}
