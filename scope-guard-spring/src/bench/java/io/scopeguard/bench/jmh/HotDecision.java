package io.scopeguard.bench.jmh;

import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.ScopeGuard;
import io.scopeguard.drift.Clients;
import io.scopeguard.drift.WatchedScopes;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.signal.ScopeDriftHeader;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * The whole work of the guard for a request with a known token and known live permissions: verify, look up, compare, decide, and
 * write a header.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class HotDecision {

    /** The difference between the live permissions and the token. */
    @Param
    Drift drift;

    private final ScopeDriftHeader header = new ScopeDriftHeader(Duration.ofSeconds(10));
    private RequestedOrganization organization;
    private ScopeRequirement requirement;
    private ScopeGuard guard;

    @Setup
    public void build(KnownToken token) {
        organization = token.kind.organization;
        requirement = ScopeRequirement.allOf(token.kind.audience, Scopes.of("read:report0"));
        Scopes held = Scopes.parse(SignedTokens.scope(token.scopes));
        Clients clients = Clients.watching(WatchedScopes.of(Map.of(token.kind.audience, held.or(Drift.FURTHER))));
        guard = ScopeGuard.builder(FixedProvider.granting(drift.live(held)))
                .verifier(token.verifier())
                .clients(clients)
                .build();
        check(token.verify());
    }

    @TearDown
    public void close() {
        guard.close();
    }

    @Benchmark
    public @Nullable String decide(KnownToken token, Blackhole consumed) {
        Decision decision = decide(token.verify());
        consumed.consume(decision);
        return header.valueOf(decision);
    }

    /** The same, as a single invocation. */
    @Nullable
    String hint(KnownToken token) {
        return header.valueOf(decide(token.verify()));
    }

    private Decision decide(AccessToken token) {
        return guard.authorize(token, new AccessRequest(organization, requirement));
    }

    private void check(AccessToken token) {
        Decision decision = decide(token);
        boolean hinted = header.valueOf(decision) != null;
        if (!decision.isGranted() || hinted != (drift != Drift.NONE)) {
            throw new IllegalStateException("not the decision to be measured: " + decision);
        }
    }

    /** The kinds of difference. */
    public enum Drift {
        NONE,
        DEMOTED,
        PROMOTED;

        static final Scopes FURTHER = Scopes.of("audit:report");

        Scopes live(Scopes held) {
            return switch (this) {
                case NONE -> held.where(scope -> true);
                case DEMOTED -> held.minus(Scopes.of("read:report1"));
                case PROMOTED -> held.or(FURTHER);
            };
        }
    }
}
