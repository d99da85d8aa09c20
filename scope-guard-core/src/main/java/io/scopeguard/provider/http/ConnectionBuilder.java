package io.scopeguard.provider.http;

import com.github.benmanes.caffeine.cache.Ticker;
import io.scopeguard.provider.CallBudget;
import io.scopeguard.provider.CallListener;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.provider.Priority;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.time.SteadyClock;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Collects the settings that the connections to all providers share. Not thread-safe.
 *
 * @param <B> the provider's own builder, which extends this class
 * @hidden
 */
public abstract class ConnectionBuilder<B extends ConnectionBuilder<B>> {

    private final String product;
    private String name;
    private CallBudget budget;
    private Duration timeout = IdentityProvider.DEFAULT_TIMEOUT;
    private CallListener listener = CallListener.none();
    private Clock clock = Clock.systemUTC();
    private @Nullable SteadyClock steadyClock;

    /**
     * @param product names the provider in messages, such as {@code Logto}; in lower case, its default name
     * @param callsPerSecond the default limit on calls
     */
    protected ConnectionBuilder(String product, int callsPerSecond) {
        this.product = product;
        this.name = product.toLowerCase(Locale.ROOT);
        this.budget = CallBudget.perSecond(callsPerSecond);
    }

    /** This builder. */
    protected abstract B self();

    /** Connects the parts. No request is sent. */
    protected final Connection connect() {
        SteadyClock steady = steadyClock == null ? new SteadyClock(clock, Ticker.systemTicker()) : steadyClock;
        ProviderClock providerClock = new ProviderClock(steady);
        return new Connection(
                name,
                timeout,
                steady,
                providerClock,
                new ScopeCatalogue(providerClock),
                new HttpCalls(product, budget, timeout, isolated(listener), steady, providerClock));
    }

    private static CallListener isolated(CallListener listener) {
        IsolatedListener<CallListener> isolated = new IsolatedListener<>(listener);
        return new CallListener() {
            @Override
            public void called(String operation, String outcome, Duration took) {
                isolated.notify(informed -> informed.called(operation, outcome, took));
            }

            @Override
            public void waited(Priority priority, Duration took) {
                isolated.notify(informed -> informed.waited(priority, took));
            }
        };
    }

    /** The name in metrics and configuration, unique in the application. By default the product's name, in lower case. */
    public B name(String name) {
        this.name = name;
        return self();
    }

    /**
     * Limits the calls that this process makes.
     *
     * @param limit calls a second
     * @throws IllegalArgumentException if it is less than one
     */
    public B callsPerSecond(int limit) {
        return budget(CallBudget.perSecond(limit));
    }

    /** Limits the calls by a budget that may be shared with other callers. */
    public B budget(CallBudget budget) {
        this.budget = budget;
        return self();
    }

    /**
     * Limits the time of one call as a whole, from the connection to the last byte. 3 seconds by default.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public B timeout(Duration timeout) {
        if (timeout.isZero() || timeout.isNegative()) {
            throw new IllegalArgumentException("timeout must be positive, but is " + timeout);
        }
        this.timeout = timeout;
        return self();
    }

    /** The listener that receives the outcome and duration of every call. */
    public B listener(CallListener listener) {
        this.listener = listener;
        return self();
    }

    /** The wall clock. The system's by default. Ignored if a steady clock is set. */
    public B clock(Clock clock) {
        this.clock = clock;
        return self();
    }

    /** The clock that measures ages and pauses. By default it combines the wall clock and the system's monotonic ticker. */
    public B steadyClock(SteadyClock steadyClock) {
        this.steadyClock = steadyClock;
        return self();
    }
}
