package io.scopeguard.bench.jmh;

import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.TokenReader;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.time.SteadyClock;
import java.net.URI;
import java.util.Collection;
import java.util.List;

/** A provider with fixed permissions, for tokens that another verifier verifies. */
record FixedProvider(PermissionSource permissions, ScopeCatalogue catalogue, ProviderClock clock)
        implements IdentityProvider {

    static FixedProvider granting(Scopes scopes) {
        ProviderClock clock = new ProviderClock(SteadyClock.system());
        return new FixedProvider(new FixedPermissions(scopes), new ScopeCatalogue(clock), clock);
    }

    @Override
    public String description() {
        return "fixed permissions";
    }

    @Override
    public String name() {
        return "fixed";
    }

    @Override
    public List<String> issuers() {
        throw new UnsupportedOperationException("the benchmark has a verifier");
    }

    @Override
    public TokenReader tokenReader(Collection<Audience> resources) {
        throw new UnsupportedOperationException("the benchmark has a verifier");
    }

    @Override
    public URI jwkSetUri() {
        throw new UnsupportedOperationException("the benchmark has a verifier");
    }

    @Override
    public void check(Collection<Audience> audiences) {
        // There are no settings to check.
    }
}
