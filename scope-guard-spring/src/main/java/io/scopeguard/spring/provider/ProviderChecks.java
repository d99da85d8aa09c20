package io.scopeguard.spring.provider;

import io.scopeguard.scope.Audience;
import io.scopeguard.spring.authorization.DeclaredScopes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.springframework.context.SmartLifecycle;

/** The checks of all providers, which run at the same time. */
public final class ProviderChecks implements SmartLifecycle {

    private final List<ProviderCheck> checks = new ArrayList<>();
    private volatile boolean running;

    public ProviderChecks(
            ProviderRegistrations providers,
            Set<Audience> audiences,
            DeclaredScopes declared,
            boolean failFast,
            Duration timeout) {
        providers.forEach(
                registration -> checks.add(new ProviderCheck(registration, audiences, declared, failFast, timeout)));
    }

    @Override
    public void start() {
        running = true;
        checks.forEach(ProviderCheck::start);
    }

    @Override
    public void stop() {
        running = false;
        checks.forEach(ProviderCheck::stop);
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Ends before the web server accepts requests. */
    @Override
    public int getPhase() {
        return 0;
    }
}
