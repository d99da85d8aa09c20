package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.Mode;
import io.scopeguard.ScopeGuard;
import io.scopeguard.ScopeGuardSettings;
import io.scopeguard.drift.Clients;
import io.scopeguard.drift.DriftDetector;
import io.scopeguard.drift.ScopeCatalogue;
import io.scopeguard.drift.WatchedScopes;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.permission.ModelledProvider.Truth;
import io.scopeguard.remedy.RemedyLadder;
import io.scopeguard.remedy.RemedyListener;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.IssuerClock;
import io.scopeguard.token.Subject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A guard with all its parts, a provider, clients with tokens, and time, all under a story's control; and what the contract
 * allows the guard to decide. Holdings and definitions are read apart, so that what a decision has to agree with is each of
 * them at some instant within the bound.
 */
final class ModelledWorld implements AutoCloseable {

    static final List<String> USERS = List.of("alice", "bob", "carol");

    private static final Clients CLIENTS = Clients.watching(WatchedScopes.all());
    private static final Duration MAX_AGE = Duration.ofSeconds(30);
    private static final Duration MAX_STALE = Duration.ofMinutes(5);
    private static final Duration LIFETIME = TestTokens.LIFETIME.minusSeconds(1);
    private static final Duration TICK = Duration.ofMillis(10);

    /** After a failure the provider is left alone for this long. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** More requests of one subject than this in ten seconds may be more than it may have read for itself. */
    private static final int READS_OF_ONES_OWN = 10;

    private final MovableClock clock = MovableClock.atNoon();
    private final IssuerClock issuer = new IssuerClock();
    private final ModelledProvider provider = new ModelledProvider(clock);
    private final AtomicReference<StepReaders> readers = new AtomicReference<>();
    private final PermissionCache cache =
            new PermissionCache(provider, clock, Duration.ofSeconds(2), 1_000, Duration.ofHours(1), reader -> {
                readers.set(new StepReaders(reader));
                return readers.get();
            });
    private final WhenUnknown policy;
    private final ScopeGuard guard;
    private final Mint mint;
    private final Map<Wallet, List<Issue>> wallets = new HashMap<>();
    private final Map<Wallet, Sight> seen = new HashMap<>();
    private final Map<String, List<Instant>> requests = new HashMap<>();
    private final Map<Object, Instant> heard = new HashMap<>();

    ModelledWorld(WhenUnknown policy, Mint mint) {
        this.policy = policy;
        this.mint = mint;
        this.guard = new ScopeGuard(
                new ScopeGuardSettings(Mode.ENFORCE, MAX_AGE, MAX_STALE, policy),
                cache,
                new DriftDetector(CLIENTS, new ScopeCatalogue(issuer)),
                new RemedyLadder(CLIENTS, issuer, clock, RemedyListener.none()),
                issuer,
                clock);
        USERS.forEach(user -> provider.admit(user, "editor"));
        USERS.forEach(this::issue);
    }

    ModelledProvider provider() {
        return provider;
    }

    /** A little later. */
    void tick() {
        clock.advance(TICK);
    }

    void pass(Duration time) {
        clock.advance(time);
    }

    /** What nobody waits for is read. */
    void readAhead(int reads) {
        readers.get().run(reads);
    }

    /** A webhook arrives. */
    void hear(PermissionChange change) {
        tick();
        cache.apply(change);
        if (change instanceof PermissionChange.OfMember of) {
            heard.put(of.subject().id(), clock.instant());
        } else if (change instanceof PermissionChange.OfSubject of) {
            heard.put(of.subject().id(), clock.instant());
        } else if (!(change instanceof PermissionChange.OfOrganization)) {
            heard.put(PermissionChange.OfRoles.class, clock.instant());
        }
    }

    /** A client gets new tokens, which carry what its user holds now. */
    void issue(String user) {
        for (Audience audience : List.of(Audience.ORGANIZATION, TestTokens.API)) {
            Scopes issuable = provider.truth(user, audience).granted();
            wallet(user, audience).add(0, new Issue(issuable, clock.instant()));
        }
    }

    /**
     * A request is decided, and the decision held against the contract.
     *
     * @param device which of the user's tokens, the newest first
     * @param maxAge {@code null} for the guard's own
     * @return what kind of decision it was
     */
    String decide(String user, Audience audience, String scope, int device, @Nullable Duration maxAge) {
        AccessToken token = token(user, audience, device);
        ScopeRequirement requirement = ScopeRequirement.allOf(audience, Scopes.of(scope));
        ScopeRequirement required = maxAge == null ? requirement : requirement.withMaxAge(maxAge);
        Expectation expectation = new Expectation(user, token, required, maxAge == null ? MAX_STALE : maxAge);
        requests.computeIfAbsent(user, ignored -> new ArrayList<>()).add(clock.instant());

        Decision decision = guard.authorize(
                token, new AccessRequest(RequestedOrganization.named(ModelledProvider.ORGANIZATION), required));
        return expectation.check(decision);
    }

    @Override
    public void close() {
        cache.close();
    }

    private AccessToken token(String user, Audience audience, int device) {
        List<Issue> wallet = wallet(user, audience);
        wallet.removeIf(issue -> issue.time().isBefore(clock.instant().minus(LIFETIME)));
        if (wallet.isEmpty()) {
            issue(user);
        }
        return mint.token(user, audience, wallet.get(Math.min(device, wallet.size() - 1)));
    }

    private List<Issue> wallet(String user, Audience audience) {
        return wallets.computeIfAbsent(new Wallet(user, audience), ignored -> new ArrayList<>());
    }

    /** A loss that a request met. What it missed was looked for; of who has no standing, that was all. */
    private record Sight(Instant time, Scopes missed) {}

    private record Wallet(String user, Audience audience) {}

    /** What a token carries, and since when: signed only when it is used. */
    record Issue(Scopes scopes, Instant time) {}

    /** What is known when a request arrives, and what follows for its decision. */
    private final class Expectation {

        private final Instant asked = clock.instant();
        private final boolean idle = readers.get().areFree();
        private final Map<Object, Instant> heardBefore = Map.copyOf(heard);
        private final String user;
        private final AccessToken token;
        private final ScopeRequirement requirement;
        private final Duration bound;

        Expectation(String user, AccessToken token, ScopeRequirement requirement, Duration bound) {
            this.user = user;
            this.token = token;
            this.requirement = requirement;
            this.bound = bound;
        }

        String check(Decision decision) {
            LivePermissions live = decision.live();
            if (live == null) {
                checkUnknown(decision.denial());
                return "unknown, " + outcome(decision);
            }
            checkKnown(live, decision.denial());
            if (!live.granted().containsAll(token.scopes())) {
                // A loss that a request met was confirmed.
                Scopes missed = token.scopes().minus(live.granted());
                seen.put(wallet(), new Sight(live.asOf(), live.standing() == Standing.ACTIVE ? missed : Scopes.none()));
            }
            return (live.asOf().isBefore(asked.minus(MAX_AGE)) ? "stale, " : "fresh, ") + outcome(decision);
        }

        private void checkKnown(LivePermissions live, @Nullable Denial denial) {
            Instant oldest = asked.minus(isCalm() && bound.compareTo(MAX_AGE) > 0 ? MAX_AGE : bound);
            assertThat(live.asOf()).as("age").isBetween(oldest, clock.instant());
            Truth shown = new Truth(live.standing(), live.granted());
            assertThat(provider.truths(
                            user,
                            token.audience(),
                            readSince(live, user),
                            readSince(live, PermissionChange.OfRoles.class),
                            clock.instant()))
                    .as("what was read")
                    .anyMatch(truth -> agrees(shown, truth));
            assertThat(denial).as("decision by what was read").isEqualTo(denial(shown));
        }

        /** What the token lacks anyway may have been hidden by an answer that nobody had a reason to doubt. */
        private boolean agrees(Truth shown, Truth truth) {
            return shown.standing() == truth.standing()
                    && truth.granted().containsAll(shown.granted())
                    && shown.granted().containsAll(truth.granted().and(token.scopes()));
        }

        /** A change that was heard of is read before the next answer, unless that fails. */
        private Instant readSince(LivePermissions live, Object what) {
            Instant change = heardBefore.getOrDefault(what, Instant.MIN);
            return !isTroubled() && change.isAfter(live.asOf()) ? change : live.asOf();
        }

        private void checkUnknown(@Nullable Denial denial) {
            assertThat(isTroubled() || isImpatient())
                    .as("reason to know nothing")
                    .isTrue();
            if (denial == null) {
                assertThat(policy).as("policy of a grant").isEqualTo(WhenUnknown.TRUST_TOKEN);
                assertThat(lastSeen()).as("what was seen last").anyMatch(truth -> denial(truth) == null);
            } else if (denial == Denial.PERMISSIONS_UNAVAILABLE) {
                assertThat(policy).as("policy of a denial").isEqualTo(WhenUnknown.DENY);
            } else if (requirement.isMetBy(token.scopes())) {
                assertThat(provider.truths(user, token.audience(), token.issuedAt(), token.issuedAt(), clock.instant()))
                        .as("what could have been seen since the token was issued")
                        .anyMatch(truth -> denial(truth) == denial);
            }
        }

        /** What may be believed of a token from before the last look; of a newer one, all that it says. */
        private Set<Truth> lastSeen() {
            Sight last = seen.get(wallet());
            if (last == null || !last.time().isAfter(token.issuedAt().plus(IssuerClock.TOLERANCE))) {
                return Set.of(new Truth(Standing.ACTIVE, token.scopes()));
            }
            Scopes unbound = token.scopes().minus(last.missed()).or(provider.gainedByGlobalRoles(last.time()));
            return provider.truthsAnswered(user, token.audience(), last.time()).stream()
                    .map(truth -> new Truth(truth.standing(), truth.granted().or(unbound)))
                    .collect(Collectors.toSet());
        }

        private @Nullable Denial denial(Truth truth) {
            return switch (truth.standing()) {
                case SUSPENDED, UNKNOWN_SUBJECT -> Denial.SUBJECT_INACTIVE;
                case NOT_A_MEMBER -> Denial.NOT_A_MEMBER;
                case ACTIVE ->
                    requirement.isMetBy(token.scopes().and(truth.granted())) ? null : Denial.INSUFFICIENT_SCOPE;
            };
        }

        /** Whether nothing has ever kept a read from being made when it was due. */
        private boolean isCalm() {
            return idle && readers.get().areFree() && provider.lastFailure().equals(Instant.MIN);
        }

        private boolean isTroubled() {
            return provider.lastFailure().isAfter(asked.minus(PAUSE));
        }

        private boolean isImpatient() {
            Instant recent = asked.minusSeconds(READS_OF_ONES_OWN);
            return requests.get(user).stream()
                            .filter(time -> time.isAfter(recent))
                            .count()
                    > READS_OF_ONES_OWN;
        }

        private Wallet wallet() {
            return new Wallet(user, token.audience());
        }

        private static String outcome(Decision decision) {
            return decision.denial() == null
                    ? "granted"
                    : decision.denial().name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where tokens come from; the same one for what is the same, because signing is slow. */
    static final class Mint implements AutoCloseable {

        private final MovableClock clock = MovableClock.atNoon();
        private final TestTokens tokens = new TestTokens(clock);
        private final Map<List<Object>, AccessToken> minted = new HashMap<>();

        AccessToken token(String user, Audience audience, Issue issue) {
            return minted.computeIfAbsent(
                    List.of(user, audience, issue.scopes(), issue.time().getEpochSecond()),
                    ignored -> signed(user, audience, issue));
        }

        @Override
        public void close() {
            tokens.close();
        }

        private AccessToken signed(String user, Audience audience, Issue issue) {
            clock.set(issue.time());
            TestTokens.Token token = audience.isOrganization()
                    ? tokens.organization(ModelledProvider.ORGANIZATION)
                    : tokens.organizationResource(ModelledProvider.ORGANIZATION);
            return token.subject(user)
                    .scopes(StreamSupport.stream(issue.scopes().spliterator(), false)
                            .toArray(String[]::new))
                    .verified();
        }
    }

    static Subject subject(String user) {
        return new Subject(Subject.Type.USER, user);
    }
}
