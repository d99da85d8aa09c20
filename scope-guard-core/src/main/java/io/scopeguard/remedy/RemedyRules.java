package io.scopeguard.remedy;

import io.scopeguard.annotation.Internal;
import io.scopeguard.drift.ClientPolicy;
import io.scopeguard.drift.Clients;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.drift.TokenTraits;
import io.scopeguard.permission.PermissionHistory;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.ProviderClock.Order;
import io.scopeguard.provider.RefreshDelivery;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.remedy.MissingScope.Timing;
import io.scopeguard.scope.Scopes;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * The rules of the package description, without memory and reports: the public methods have no effect. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class RemedyRules {

    private final Clients clients;
    private final ProviderClock provider;
    private final Function<TokenKind, RefreshDelivery> delivery;
    private final IssueTimes times;
    private final RoleRemedies roles;

    /**
     * @param provider compares tokens with our own reads
     * @param delivery whether a refresh delivers a promotion, by kind of token
     * @param maxAge the age beyond which a token is old at the first request for its subject
     */
    public RemedyRules(
            Clients clients, ProviderClock provider, Function<TokenKind, RefreshDelivery> delivery, Duration maxAge) {
        this.clients = clients;
        this.provider = provider;
        this.delivery = delivery;
        this.times = new IssueTimes(provider, maxAge);
        this.roles = new RoleRemedies(times);
    }

    /** The advice for a client that was never asked for anything and whose request is granted. */
    public RemedyAdvice onGranted(DriftFinding finding) {
        return advise(finding, false, EarlierAsks.NONE);
    }

    /**
     * The advice for a client that was never asked for anything and whose request is denied because scopes or roles are missing.
     */
    public RemedyAdvice onDenied(DriftFinding finding) {
        return advise(finding, true, EarlierAsks.NONE);
    }

    /** The advice for the client of a former member: a refresh, unless the token is newer than the loss. */
    public RemedyAdvice onExpelled(DriftFinding finding) {
        long lost = finding.history().standingSince();
        return provider.compare(finding.token().issuedAt(), lost) == Order.AFTER
                ? RemedyAdvice.none()
                : advice(finding, Remedy.REFRESH, finding.drift(), provider.waitUntilAfter(lost));
    }

    /** Whether an earlier ask for a refresh was about the gain of this history, instead of an earlier one. */
    boolean isOfPresentGain(PriorAsk prior, PermissionHistory history, String scope) {
        return times.mayBeOfPresentGain(prior.newFrom(), history, scope);
    }

    /** The state before the first ask about this gain. */
    PriorAsk beforeFirstAsk(PermissionHistory history, String scope) {
        return PriorAsk.refresh(history.heldSince(scope).orElse(Long.MIN_VALUE), times.firstAfterGain(history, scope));
    }

    /** Whether no user is present to grant consent, according to the token or to the client's policy. */
    boolean isMachine(TokenTraits token) {
        return token.isNonInteractive() || policy(token).nonInteractive();
    }

    private ClientPolicy policy(TokenTraits token) {
        return clients.of(token.clientId());
    }

    RemedyAdvice advise(DriftFinding finding, boolean isDenied, EarlierAsks earlier) {
        boolean isMachine = isMachine(finding.token());
        ScopeDrift drift = withoutDisputes(finding, earlier).with(roles.curable(finding, isDenied, isMachine, earlier));
        if (isMachine) {
            return forMachine(finding, drift, isDenied);
        }
        Map<String, Remedy> remedies = new HashMap<>();
        drift.promoted().forEach(scope -> remedies.put(scope, remedy(finding, scope, false, isDenied, earlier)));
        drift.introduced().forEach(scope -> remedies.put(scope, remedy(finding, scope, true, isDenied, earlier)));
        ScopeDrift reported = drift.missingOnly(drift.missing().where(scope -> remedies.get(scope) != Remedy.NONE));
        // Rule 9: respond with the strongest remedy that any scope needs.
        Remedy strongest =
                remedies.values().stream().reduce(isRefreshDue(drift) ? Remedy.REFRESH : Remedy.NONE, Remedy::or);
        return answer(finding, strongest, reported, isDenied);
    }

    /** Demoted scopes and all roles are refreshed without further checks. */
    private static boolean isRefreshDue(ScopeDrift drift) {
        return !drift.demoted().isEmpty() || !drift.roles().isEmpty();
    }

    /** Rule 1: if a token issued after the loss still carries the scope, provider and live view disagree. */
    private ScopeDrift withoutDisputes(DriftFinding finding, EarlierAsks earlier) {
        ScopeDrift drift = finding.drift();
        Scopes curable = drift.demoted().where(scope -> !times.isDisputed(finding.token(), finding.history(), scope));
        drift.demoted().minus(curable).forEach(earlier::disagreed);
        return new ScopeDrift(curable, drift.promoted(), drift.introduced(), drift.roles());
    }

    /** Rule 7: no user is present to grant consent. A denied machine repeats its token request and names the scope. */
    private RemedyAdvice forMachine(DriftFinding finding, ScopeDrift drift, boolean isDenied) {
        ScopeDrift reported = isDenied ? drift : drift.missingOnly(Scopes.none());
        return reported.isEmpty() ? RemedyAdvice.none() : answer(finding, Remedy.REFRESH, reported, isDenied);
    }

    private Remedy remedy(DriftFinding finding, String scope, boolean isNew, boolean isDenied, EarlierAsks earlier) {
        TokenTraits token = finding.token();
        PermissionHistory history = finding.history();
        Remedy remedy = new MissingScope(
                        isNew,
                        isDenied,
                        delivery.apply(token.kind()),
                        timing(token, history, scope, earlier),
                        history.isObserved(scope),
                        times.isFirstLookReliable(token, history),
                        earlier.wasAsked(history, scope))
                .remedy();
        return remedy == Remedy.RECONSENT && !isDenied && !earlier.allowsConsentHint(history, scope)
                ? Remedy.NONE
                : remedy;
    }

    /** If the comparison does not show that the token is newer than the gain, an earlier response can still prove it. */
    private Timing timing(TokenTraits token, PermissionHistory history, String scope, EarlierAsks earlier) {
        Timing timing = times.timing(token, history, scope);
        return timing == Timing.ISSUED_BEFORE && earlier.provesNewer(history, scope) ? Timing.ISSUED_AFTER : timing;
    }

    /** Rule 8: a remedy that cannot bring a certainly newer token soon is not asked for unless the request was denied. */
    private RemedyAdvice answer(DriftFinding finding, Remedy remedy, ScopeDrift reported, boolean isDenied) {
        if (remedy == Remedy.NONE) {
            return RemedyAdvice.none();
        }
        Duration wait = waitFor(finding, reported);
        boolean isTooLong = wait.compareTo(ProviderClock.MAX_WAIT) > 0;
        return isTooLong && !isDenied && remedy == Remedy.REFRESH
                ? RemedyAdvice.none()
                : advice(finding, remedy, reported, wait);
    }

    private RemedyAdvice advice(DriftFinding finding, Remedy remedy, ScopeDrift reported, Duration wait) {
        return new RemedyAdvice(remedy, reported, policy(finding.token()).thirdParty(), bounded(wait));
    }

    private Duration waitFor(DriftFinding finding, ScopeDrift reported) {
        PermissionHistory history = finding.history();
        Duration[] longest = {roles.waitFor(finding, reported.roles())};
        reported.demoted().forEach(scope -> longest[0] = times.longer(longest[0], history.lackedSince(scope)));
        // A comparison with heldSince is not enough: a token that was issued before the series was unbroken proves
        // nothing.
        reported.missing().forEach(scope -> longest[0] = times.longer(longest[0], history.unbrokenSince(scope)));
        return longest[0];
    }

    private static Duration bounded(Duration wait) {
        return wait.compareTo(ProviderClock.MAX_WAIT) < 0 ? wait : ProviderClock.MAX_WAIT;
    }
}
