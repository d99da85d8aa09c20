package io.scopeguard.remedy;

import io.scopeguard.annotation.Internal;
import io.scopeguard.drift.Clients;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.permission.PermissionHistory;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.ProviderClock.Order;
import io.scopeguard.provider.RefreshDelivery;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.scope.Scopes;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the remedy for a token that differs from live permissions. A token does not show which scopes its sign-in requested, but
 * it shows when it was issued: a scope that is held since a later time may arrive with a refresh; a scope that was held when the
 * token was issued, and is not in it, does not. The rules and their numbers are those of the package description. Only requests for
 * consent, and asks that may lead to one, are remembered. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class RemedyAdvisor {

    private final Clients clients;
    private final ProviderClock provider;
    private final SteadyClock clock;
    private final Function<TokenKind, RefreshDelivery> delivery;
    private final IssueTimes times;
    private final RoleRemedies roles;
    private final AskMemory asks;
    private final RemedyReporter reports;

    /** An advisor of a process that shares nothing. */
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
     * @param maxAge the age beyond which a token is old at a first look
     * @param exchange shares with other processes which remedies clients were asked for
     */
    public RemedyAdvisor(
            Clients clients,
            ProviderClock provider,
            Function<TokenKind, RefreshDelivery> delivery,
            Duration maxAge,
            RemedyListener listener,
            AskExchange exchange) {
        this.clients = clients;
        this.provider = provider;
        this.clock = provider.steady();
        this.delivery = delivery;
        this.times = new IssueTimes(provider, maxAge);
        this.asks = new AskMemory(clock, exchange);
        this.reports = new RemedyReporter(listener, clock);
        this.roles = new RoleRemedies(times, reports);
    }

    /** Notes a remedy that another process asked a client for. */
    public void learn(RecordedAsk ask) {
        asks.learn(ask);
    }

    /** Reacts to the loss of the records that processes share: reports those of this process again. */
    public void restoreShared() {
        asks.restoreShared();
    }

    /** Forgets what clients were asked for. */
    public void forgetAsks() {
        asks.clear();
    }

    /** The advice for the client of a granted request. It never asks for a step that is known to be useless. */
    public RemedyAdvice onGranted(DriftFinding finding) {
        return advise(finding, false);
    }

    /** The advice for the client of a request that was denied for lack of scopes: the remedy that works, if one does. */
    public RemedyAdvice onDenied(DriftFinding finding) {
        return advise(finding, true);
    }

    /** The advice for the client of a former member: a refresh, unless the token is newer than the loss. */
    public RemedyAdvice onExpelled(DriftFinding finding) {
        long lost = finding.history().standingSince();
        return provider.compare(finding.token().issuedAt(), lost) == Order.AFTER
                ? RemedyAdvice.none()
                : reported(finding.token(), Remedy.REFRESH, finding.drift(), bounded(provider.waitUntilAfter(lost)));
    }

    private RemedyAdvice advise(DriftFinding finding, boolean isDenied) {
        AccessToken token = finding.token();
        boolean isMachine = clients.isNonInteractive(token);
        ScopeDrift drift = withoutDisputes(finding).with(roles.curable(finding, isDenied, isMachine));
        if (isMachine) {
            return forMachine(finding, drift, isDenied);
        }
        Map<String, Remedy> remedies = new HashMap<>();
        drift.promoted().forEach(scope -> remedies.put(scope, remedy(finding, scope, false, isDenied)));
        drift.introduced().forEach(scope -> remedies.put(scope, remedy(finding, scope, true, isDenied)));
        ScopeDrift told = drift.missingOnly(drift.missing().where(scope -> remedies.get(scope) != Remedy.NONE));
        // Rule 9: respond with the strongest remedy that any scope needs.
        Remedy strongest =
                remedies.values().stream().reduce(isRefreshDue(drift) ? Remedy.REFRESH : Remedy.NONE, Remedy::or);
        RemedyAdvice advice = answer(finding, strongest, told, isDenied);
        remember(finding, advice, isDenied);
        return advice;
    }

    /** Demoted scopes and all roles are refreshed without further checks. */
    private static boolean isRefreshDue(ScopeDrift drift) {
        return !drift.demoted().isEmpty() || !drift.roles().isEmpty();
    }

    /** Rule 1: if a token issued after the loss still carries the scope, provider and live view disagree. */
    private ScopeDrift withoutDisputes(DriftFinding finding) {
        ScopeDrift drift = finding.drift();
        Scopes curable = drift.demoted().where(scope -> !times.isDisputed(finding.token(), finding.history(), scope));
        drift.demoted().minus(curable).forEach(scope -> reports.disagreed(finding.token(), scope));
        return new ScopeDrift(curable, drift.promoted(), drift.introduced(), drift.roles());
    }

    /** Rule 7: no user is present to grant consent. A denied machine repeats its token request and names the scope. */
    private RemedyAdvice forMachine(DriftFinding finding, ScopeDrift drift, boolean isDenied) {
        ScopeDrift told = isDenied ? drift : drift.missingOnly(Scopes.none());
        return told.isEmpty() ? RemedyAdvice.none() : answer(finding, Remedy.REFRESH, told, isDenied);
    }

    private Remedy remedy(DriftFinding finding, String scope, boolean isNew, boolean isDenied) {
        AccessToken token = finding.token();
        PermissionHistory history = finding.history();
        long series = series(history, scope);
        PriorAsk prior = asks.find(token, scope, series);
        Remedy remedy = new MissingScope(
                        isNew,
                        isDenied,
                        delivery.apply(token.kind()),
                        times.timing(token, history, scope),
                        history.isObserved(scope),
                        times.isFirstLookReliable(token, history),
                        prior != null)
                .remedy();
        return remedy == Remedy.RECONSENT && !isDenied && !allowsHint(prior, token) ? Remedy.NONE : remedy;
    }

    /** Rule 5: on granted responses, consent is asked for rarely. */
    private boolean allowsHint(@Nullable PriorAsk prior, AccessToken token) {
        return prior == null ? !asks.mayHaveForgotten() : prior.allowsHint(token, clock.nanos());
    }

    /** Rule 8: a remedy that cannot bring a certainly newer token soon is not asked for unless the request was denied. */
    private RemedyAdvice answer(DriftFinding finding, Remedy remedy, ScopeDrift told, boolean isDenied) {
        if (remedy == Remedy.NONE) {
            return RemedyAdvice.none();
        }
        Duration wait = waitFor(finding, told);
        boolean isTooLong = wait.compareTo(ProviderClock.MAX_WAIT) > 0;
        return isTooLong && !isDenied && remedy == Remedy.REFRESH
                ? RemedyAdvice.none()
                : reported(finding.token(), remedy, told, bounded(wait));
    }

    private RemedyAdvice reported(AccessToken token, Remedy remedy, ScopeDrift told, Duration wait) {
        reports.asked(token, remedy);
        return new RemedyAdvice(remedy, told, clients.of(token).thirdParty(), wait);
    }

    private Duration waitFor(DriftFinding finding, ScopeDrift told) {
        PermissionHistory history = finding.history();
        Duration[] longest = {roles.waitFor(finding, told.roles())};
        told.demoted().forEach(scope -> longest[0] = times.longer(longest[0], history.lackedSince(scope)));
        // Not merely later than heldSince: a token issued before the series was unbroken proves nothing.
        told.missing().forEach(scope -> longest[0] = times.longer(longest[0], history.unbrokenSince(scope)));
        return longest[0];
    }

    private static Duration bounded(Duration wait) {
        return wait.compareTo(ProviderClock.MAX_WAIT) < 0 ? wait : ProviderClock.MAX_WAIT;
    }

    /** A client that is asked for consent is asked for all scopes that are named; one that is asked to refresh may lead to that. */
    private void remember(DriftFinding finding, RemedyAdvice advice, boolean isDenied) {
        AccessToken token = finding.token();
        PermissionHistory history = finding.history();
        long now = clock.nanos();
        advice.drift().missing().forEach(scope -> {
            long series = series(history, scope);
            PriorAsk prior = asks.find(token, scope, series);
            if (advice.remedy() == Remedy.RECONSENT) {
                if (prior == null || !prior.equals(prior.withConsent(token, now, !isDenied))) {
                    asks.update(token, scope, series, ask -> ask.withConsent(token, now, !isDenied));
                }
            } else if (prior == null && history.isObserved(scope)) {
                asks.update(token, scope, series, ask -> ask);
            }
        });
    }

    private static long series(PermissionHistory history, String scope) {
        return history.heldSince(scope).orElse(Long.MIN_VALUE);
    }
}
