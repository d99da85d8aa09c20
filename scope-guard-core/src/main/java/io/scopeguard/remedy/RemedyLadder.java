package io.scopeguard.remedy;

import com.github.benmanes.caffeine.cache.Ticker;
import io.scopeguard.drift.Clients;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.scope.Scopes;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.IssuerClock;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which remedy works. A token does not show what its sign-in asked for, and only that decides whether a refresh delivers a
 * promotion; so the cheaper remedy is asked first and remembered, and what it did not cure needs the stronger one, or was
 * left out on purpose. The rules bear their numbers in the client contract; the sixth comes before a finding is made, and of
 * the seventh {@link IssuerClock} takes care. The memory is bounded and forgets. Thread-safe.
 */
public final class RemedyLadder {

    private final Clients clients;
    private final IssuerClock issuer;
    private final Clock clock;
    private final Asks asks;
    private final Reports reports;

    /**
     * @param issuer the clock by which tokens are dated
     * @param clock ours, by which permissions are dated
     */
    public RemedyLadder(Clients clients, IssuerClock issuer, Clock clock, RemedyListener listener) {
        Ticker ticker = () -> ChronoUnit.NANOS.between(Instant.EPOCH, clock.instant());
        this.clients = clients;
        this.issuer = issuer;
        this.clock = clock;
        this.asks = new Asks(ticker);
        this.reports = new Reports(listener, ticker);
    }

    /** What to tell the client of a request that is granted: never the same useless thing twice. */
    public Advice onGranted(Finding finding) {
        return advise(finding, false);
    }

    /** What to tell the client of a request that is refused for what it lacks: always something, where something helps. */
    public Advice onRefused(Finding finding) {
        return advise(finding, true);
    }

    /** What to tell the client of somebody who left the organization: a refresh shows it. */
    public Advice onExpelled(Finding finding) {
        return told(finding.token(), new Advice(Remedy.REFRESH, finding.drift()));
    }

    private Advice advise(Finding finding, boolean isRefused) {
        ScopeDrift drift = curable(finding);
        return told(
                finding.token(),
                clients.isNonInteractive(finding.token())
                        ? forMachine(drift, isRefused)
                        : forPerson(finding, drift, isRefused));
    }

    private Advice told(AccessToken token, Advice advice) {
        if (advice.remedy() == Remedy.NONE) {
            return advice;
        }
        reports.asked(token, advice.remedy());
        return new Advice(advice.remedy(), advice.drift(), clients.of(token).thirdParty());
    }

    /** Rule 1: a refresh drops what was lost. No client can mend what a token carries that was issued after it was lost. */
    private ScopeDrift curable(Finding finding) {
        ScopeDrift drift = finding.drift();
        Scopes curable = drift.demoted().where(scope -> !isDisputed(finding, scope));
        drift.demoted().minus(curable).forEach(scope -> reports.disagreed(finding.token(), scope));
        return new ScopeDrift(curable, drift.promoted(), drift.added());
    }

    private boolean isDisputed(Finding finding, String scope) {
        Instant lost = finding.live().history().lackedSince(scope);
        return finding.isSettled() && issuer.isSurelyAfter(finding.token(), lost);
    }

    /** Rule 5: nobody is there who could consent; asking for a token again is all that can be done, where it is needed. */
    private static Advice forMachine(ScopeDrift drift, boolean isRefused) {
        ScopeDrift told = isRefused ? drift : drift.missingOnly(Scopes.none());
        return told.isEmpty() ? Advice.none() : new Advice(Remedy.REFRESH, told);
    }

    /** Rule 8: of what each scope needs the strongest, and of the scopes those that need something. */
    private Advice forPerson(Finding finding, ScopeDrift drift, boolean isRefused) {
        drift.demoted().forEach(scope -> asks.forget(finding.token(), scope));
        if (drift.missing().isEmpty()) {
            return drift.isEmpty() ? Advice.none() : new Advice(Remedy.REFRESH, drift);
        }
        Map<String, Remedy> remedies = new HashMap<>();
        drift.promoted().forEach(scope -> remedies.put(scope, remedy(finding, new Lack(scope, false, isRefused))));
        drift.added().forEach(scope -> remedies.put(scope, remedy(finding, new Lack(scope, true, isRefused))));
        Remedy strongest = drift.demoted().isEmpty() ? Remedy.NONE : Remedy.REFRESH;
        for (Remedy remedy : remedies.values()) {
            strongest = strongest.or(remedy);
        }
        if (strongest == Remedy.NONE) {
            return Advice.none();
        }
        if (strongest == Remedy.RECONSENT) {
            remedies.forEach((scope, remedy) -> consentCovers(finding.token(), scope, remedy));
        }
        return new Advice(strongest, drift.missingOnly(worthTelling(drift, remedies)));
    }

    private static Scopes worthTelling(ScopeDrift drift, Map<String, Remedy> remedies) {
        return drift.missing().where(scope -> remedies.get(scope) != Remedy.NONE);
    }

    /** A scope that is asked for along with others' consent is asked for consent itself. */
    private void consentCovers(AccessToken token, String scope, Remedy ownRemedy) {
        if (ownRemedy == Remedy.REFRESH) {
            Instant now = clock.instant();
            asks.update(token, scope, ask -> (ask == null ? Ask.of(token, now) : ask).consenting(token, now));
        }
    }

    private Remedy remedy(Finding finding, Lack lack) {
        Instant now = clock.instant();
        AccessToken token = finding.token();
        Ask ask = asks.update(token, lack.scope, before -> asked(before, finding, lack, now));
        if (!needsConsent(ask, token, lack)) {
            return Remedy.REFRESH;
        }
        return lack.isRefused || ask.isConsenting(token, now) ? Remedy.RECONSENT : Remedy.NONE;
    }

    /**
     * Rules 2 and 3: a refresh never delivers what is new, nor what a token lacks that was issued after a refresh was asked
     * for.
     */
    private boolean needsConsent(Ask ask, AccessToken token, Lack lack) {
        return lack.isNew || ask.isAnsweredBy(token, issuer);
    }

    private Ask asked(@Nullable Ask before, Finding finding, Lack lack, Instant now) {
        AccessToken token = finding.token();
        Instant entered = finding.live().history().entered(lack.scope);
        Ask ask = before != null && isCurrent(before, entered) ? before : Ask.of(token, now);
        ask = ask.seen(lack.isNew || entered != null);
        ask = lack.isNew ? ask : ask.alsoOf(token, issuer);
        return needsConsent(ask, token, lack) && isWanted(ask, lack) ? ask.consenting(token, now) : ask;
    }

    /** What was asked before the scope went and came again is of no account. */
    private static boolean isCurrent(Ask ask, @Nullable Instant entered) {
        return entered == null || !entered.isAfter(ask.at());
    }

    /** Rule 2: what nobody saw come is left out on purpose, as far as anybody can tell, until an operation needs it. */
    private static boolean isWanted(Ask ask, Lack lack) {
        return ask.isSeen() || lack.isRefused;
    }

    /** A scope that a token lacks, and whether it was needed. */
    private record Lack(String scope, boolean isNew, boolean isRefused) {}
}
