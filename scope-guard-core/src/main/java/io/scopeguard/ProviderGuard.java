package io.scopeguard;

import io.scopeguard.drift.DriftDetector;
import io.scopeguard.organization.OrganizationProviders;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.remedy.RecordedAsk;
import io.scopeguard.remedy.RemedyAdvisor;
import io.scopeguard.role.Roles;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.AccessTokenVerifier;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The guard of one provider's access tokens. Keys, live permissions, catalogue and clock belong to this provider alone.
 * Thread-safe.
 */
final class ProviderGuard {

    private final String name;
    private final AccessTokenVerifier verifier;
    private final PermissionCache permissions;
    private final RemedyAdvisor advisor;
    private final RequestJudge judge;
    private final RequestJudge inspector;
    private final Watches watches;
    private final Runnable closing;

    /**
     * @param name of the provider
     * @param provider compares the times of tokens with the times of our reads
     * @param delay how long after a change the provider may still answer with the old state
     * @param watchedRoles roles whose absence is reported to clients
     * @param maxWatches how many watches may be open at once
     * @param closing closes the parts that belong to this guard
     */
    ProviderGuard(
            String name,
            AccessTokenVerifier verifier,
            ScopeGuardSettings settings,
            PermissionCache permissions,
            DriftDetector detector,
            RemedyAdvisor advisor,
            ProviderClock provider,
            Duration delay,
            Supplier<Roles> watchedRoles,
            int maxWatches,
            Runnable closing) {
        this.name = name;
        this.verifier = verifier;
        this.permissions = permissions;
        this.advisor = advisor;
        this.closing = closing;
        SteadyClock clock = provider.steady();
        RereadPolicy rereads = new RereadPolicy(provider, delay);
        RoleRules roles = new RoleRules(settings, watchedRoles);
        this.judge = new RequestJudge(settings, permissions, detector, advisor, rereads, roles, provider);
        this.inspector =
                new RequestJudge(settings, permissions, detector, advisor.withoutAsking(), rereads, roles, provider);
        WatchJudge ofWatches = new WatchJudge(settings, watchedRoles, permissions, rereads, clock);
        this.watches = new Watches(ofWatches, verifier, clock, maxWatches, settings.maxAge());
        permissions.listen(watches);
    }

    String name() {
        return name;
    }

    List<String> issuers() {
        return verifier.issuers();
    }

    /** Whether the token was verified with this provider's keys before. */
    boolean knows(String token) {
        return verifier.knows(token);
    }

    void prefetchKeys() {
        verifier.prefetchKeys();
    }

    AccessToken verify(String token) {
        return verifier.verify(token);
    }

    void apply(PermissionChange change) {
        permissions.apply(change);
    }

    Watches watches() {
        return watches;
    }

    Watch watch(Decision granted, WatchListener listener, @Nullable OrganizationProviders organizations) {
        return watches.open(
                granted, (token, request, mayWait) -> authorize(token, request, organizations, mayWait), listener);
    }

    void learn(RecordedAsk ask) {
        advisor.learn(ask);
    }

    void forgetAsks() {
        advisor.forgetAsks();
    }

    PermissionCache permissions() {
        return permissions;
    }

    RemedyAdvisor advisor() {
        return advisor;
    }

    void memoryLost() {
        permissions.memoryLost();
        advisor.memoryLost();
    }

    void close() {
        watches.close();
        closing.run();
    }

    /**
     * Decides about one request, like {@link ScopeGuard#authorize}.
     *
     * @param organizations assigns organizations to providers; {@code null} if all belong to this provider
     * @param mayWait whether to wait for reads without which the permissions are unknown
     */
    Decision authorize(
            AccessToken token, AccessRequest request, @Nullable OrganizationProviders organizations, boolean mayWait) {
        return decide(judge, token, request, organizations, mayWait);
    }

    /** Decides about one request, like {@link ScopeGuard#inspect(AccessToken, AccessRequest)}. */
    Decision inspect(AccessToken token, AccessRequest request, @Nullable OrganizationProviders organizations) {
        return decide(inspector, token, request, organizations, true);
    }

    private Decision decide(
            RequestJudge judge,
            AccessToken token,
            AccessRequest request,
            @Nullable OrganizationProviders organizations,
            boolean mayWait) {
        AccessToken view = request.viewOf(token);
        if (view == null) {
            return Decision.misplaced(named(token), request, Denial.ORGANIZATION_MISMATCH);
        }
        if (organizations != null && !isOwn(view, request, organizations)) {
            return Decision.misplaced(view, request, Denial.ORGANIZATION_MISMATCH);
        }
        Denial misplaced = request.misplaced(view.organization(), view.audience());
        if (misplaced != null) {
            return Decision.misplaced(view, request, misplaced);
        }
        return judge.judge(view, request, mayWait);
    }

    /** Whether a token of this provider can permit anything in the request's organization. */
    private boolean isOwn(AccessToken view, AccessRequest request, OrganizationProviders organizations) {
        String organization = view.organization();
        if (organization != null) {
            return name.equals(organizations.providerOf(organization));
        }
        return request.needsNothing() || name.equals(organizations.globalProvider());
    }

    /** The view of the token's only organization, if the token is for exactly one. */
    private static AccessToken named(AccessToken token) {
        AccessToken only = RequestedOrganization.OF_TOKEN.viewOf(token);
        return only == null ? token : only;
    }
}
