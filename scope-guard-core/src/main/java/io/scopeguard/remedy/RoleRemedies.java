package io.scopeguard.remedy;

import io.scopeguard.drift.RoleDrift;
import io.scopeguard.drift.TokenTraits;
import io.scopeguard.permission.LiveRoles;
import io.scopeguard.provider.RefreshDelivery;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.Roles;
import java.time.Duration;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Decides which role changes are reported. A provider determines the roles in a token when it issues the token, so a refresh
 * delivers every change, and consent delivers none. Thread-safe.
 */
final class RoleRemedies {

    private final IssueTimes times;

    RoleRemedies(IssueTimes times) {
        this.times = times;
    }

    /**
     * The roles for which a refresh helps.
     *
     * @param isDenied whether the request was denied because the token lacks the promoted roles
     * @param isMachine whether no person uses the client; granted responses then report demotions only
     * @param earlier receives the roles that provider and live view disagree about
     */
    RoleDrift curable(DriftFinding finding, boolean isDenied, boolean isMachine, EarlierAsks earlier) {
        RoleDrift drift = finding.drift().roles();
        if (drift.isEmpty()) {
            return drift;
        }
        Roles demoted = Roles.none();
        Roles promoted = Roles.none();
        for (RoleKind kind : RoleKind.values()) {
            LiveRoles live = finding.roles().apply(kind);
            if (live != null) {
                demoted = demoted.or(
                        only(kind, drift.demoted(), role -> isUndisputed(finding.token(), live, role, earlier)));
                promoted = promoted.or(
                        only(kind, drift.promoted(), role -> isDelivered(finding.token(), live, role, isDenied)));
            }
        }
        return new RoleDrift(demoted, isMachine && !isDenied ? Roles.none() : promoted);
    }

    private static Roles only(RoleKind kind, Roles roles, Predicate<String> condition) {
        Set<String> names = roles.of(kind).stream().filter(condition).collect(Collectors.toSet());
        return Roles.of(kind, names);
    }

    private boolean isUndisputed(TokenTraits token, LiveRoles live, String role, EarlierAsks earlier) {
        boolean isDisputed = times.isDisputed(token, live, role);
        if (isDisputed) {
            earlier.disagreedAboutRole(role);
        }
        return !isDisputed;
    }

    private boolean isDelivered(TokenTraits token, LiveRoles live, String role, boolean isDenied) {
        MissingScope missing = new MissingScope(
                false,
                isDenied,
                RefreshDelivery.ALWAYS,
                times.timing(token, live, role),
                live.isObserved(role),
                times.isFirstLookReliable(token, live),
                false);
        return missing.remedy() == Remedy.REFRESH;
    }

    /** How long the client has to wait so that its next token is certainly newer than the changes. */
    Duration waitFor(DriftFinding finding, RoleDrift reported) {
        Duration longest = Duration.ZERO;
        for (RoleKind kind : RoleKind.values()) {
            LiveRoles live = reported.isEmpty() ? null : finding.roles().apply(kind);
            if (live != null) {
                for (String role : reported.demoted().of(kind)) {
                    longest = times.longer(longest, live.lackedSince(role));
                }
                for (String role : reported.promoted().of(kind)) {
                    longest = times.longer(longest, live.unbrokenSince(role));
                }
            }
        }
        return longest;
    }
}
