package io.scopeguard.remedy;

import io.scopeguard.annotation.Internal;
import io.scopeguard.drift.Clients;
import io.scopeguard.permission.PermissionHistory;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.RefreshDelivery;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the remedy for a token that differs from live permissions. A token does not show which scopes its sign-in requested, but
 * it shows when it was issued: a refresh may deliver a scope that is held since a later time, but not a scope that was held when
 * the token was issued and is not in it. The rules and their numbers are those of the package description. Only requests for
 * consent, and asks that may lead to one, are remembered. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class RemedyAdvisor {

    private final SteadyClock clock;
    private final RemedyRules rules;
    private final AskMemory asks;
    private final RemedyReporter reports;
    private final boolean asksClients;

    /** An advisor that shares nothing with other processes. */
    public RemedyAdvisor(
            Clients clients,
            ProviderClock provider,
            Function<TokenKind, RefreshDelivery> delivery,
            Duration maxAge,
            RemedyListener listener) {
        this(clients, provider, delivery, maxAge, listener, AskExchange.NONE);
    }

    /**
     * @param provider compares tokens with our own reads
     * @param delivery whether a refresh delivers a promotion, by kind of token
     * @param maxAge the age beyond which a token is old at the first request for its subject
     * @param exchange shares with other processes which remedies clients were asked for
     */
    public RemedyAdvisor(
            Clients clients,
            ProviderClock provider,
            Function<TokenKind, RefreshDelivery> delivery,
            Duration maxAge,
            RemedyListener listener,
            AskExchange exchange) {
        this.clock = provider.steady();
        this.rules = new RemedyRules(clients, provider, delivery, maxAge);
        this.asks = new AskMemory(clock, exchange);
        this.reports = new RemedyReporter(listener, clock);
        this.asksClients = true;
    }

    private RemedyAdvisor(RemedyAdvisor other) {
        this.clock = other.clock;
        this.rules = other.rules;
        this.asks = other.asks;
        this.reports = other.reports;
        this.asksClients = false;
    }

    /** An advisor that gives the same advice for decisions that no client receives: nothing counts as asked. */
    public RemedyAdvisor withoutAsking() {
        return new RemedyAdvisor(this);
    }

    /** Records a remedy that another process asked a client for. */
    public void learn(RecordedAsk ask) {
        asks.learn(ask);
    }

    /** Reacts to a loss of records that processes share. */
    public void memoryLost() {
        asks.memoryLost();
    }

    /** The remedies that this process asked clients for. */
    public Stream<RecordedAsk> asks() {
        return asks.asks();
    }

    /** Forgets what clients were asked for. */
    public void forgetAsks() {
        asks.clear();
    }

    /** The advice for the client of a granted request. It never contains a step that is known to be useless. */
    public RemedyAdvice onGranted(AccessToken token, DriftFinding finding) {
        return advise(token, finding, false);
    }

    /**
     * The advice for the client of a request that was denied because scopes are missing: the remedy that works, if there is one.
     */
    public RemedyAdvice onDenied(AccessToken token, DriftFinding finding) {
        return advise(token, finding, true);
    }

    /** The advice for the client of a former member: a refresh, unless the token is newer than the loss. */
    public RemedyAdvice onExpelled(AccessToken token, DriftFinding finding) {
        return reported(token, rules.onExpelled(finding));
    }

    private RemedyAdvice advise(AccessToken token, DriftFinding finding, boolean isDenied) {
        RemedyAdvice advice = reported(token, rules.advise(finding, isDenied, new AsksOfToken(token)));
        if (asksClients && !rules.isMachine(finding.token())) {
            remember(token, finding.history(), advice);
        }
        return advice;
    }

    private RemedyAdvice reported(AccessToken token, RemedyAdvice advice) {
        if (asksClients && advice.remedy() != Remedy.NONE) {
            reports.asked(token, advice.remedy());
        }
        return advice;
    }

    /** Records the asks. A request for consent is for all named scopes, and a refresh may be followed by such a request. */
    private void remember(AccessToken token, PermissionHistory history, RemedyAdvice advice) {
        long now = clock.nanos();
        advice.drift().missing().forEach(scope -> {
            long series = series(history, scope);
            PriorAsk prior = asks.find(token, scope, series);
            if (advice.remedy() == Remedy.RECONSENT) {
                if (prior == null || !prior.equals(prior.withConsent(token, now))) {
                    asks.update(token, scope, rules.beforeFirstAsk(history, scope), ask -> ask.withConsent(token, now));
                }
            } else if (history.isObserved(scope) && (prior == null || isOutdated(prior, history, scope))) {
                PriorAsk fresh = rules.beforeFirstAsk(history, scope);
                asks.update(token, scope, fresh, ask -> ask.consent() == null ? fresh : ask);
            }
        });
    }

    /** Another process asked for a refresh after an earlier gain. */
    private boolean isOutdated(PriorAsk prior, PermissionHistory history, String scope) {
        return prior.consent() == null && !rules.isOfPresentGain(prior, history, scope);
    }

    private static long series(PermissionHistory history, String scope) {
        return history.heldSince(scope).orElse(Long.MIN_VALUE);
    }

    /** The records about the client of one token. */
    private final class AsksOfToken implements EarlierAsks {

        private final AccessToken token;

        AsksOfToken(AccessToken token) {
            this.token = token;
        }

        @Override
        public boolean wasAsked(PermissionHistory history, String scope) {
            return prior(history, scope) != null;
        }

        @Override
        public boolean provesNewer(PermissionHistory history, String scope) {
            PriorAsk prior = prior(history, scope);
            return prior != null
                    && !token.issuedAt().isBefore(prior.newFrom())
                    && rules.isOfPresentGain(prior, history, scope);
        }

        @Override
        public boolean allowsConsentHint(PermissionHistory history, String scope) {
            PriorAsk prior = prior(history, scope);
            return prior == null ? !asks.mayHaveForgotten() : prior.allowsHint(token, clock.nanos());
        }

        private @Nullable PriorAsk prior(PermissionHistory history, String scope) {
            return asks.find(token, scope, series(history, scope));
        }

        @Override
        public void disagreed(String scope) {
            reports.disagreed(token, scope);
        }

        @Override
        public void disagreedAboutRole(String role) {
            reports.disagreedAboutRole(token, role);
        }
    }
}
