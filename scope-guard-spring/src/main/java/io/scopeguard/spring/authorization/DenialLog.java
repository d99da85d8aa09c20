package io.scopeguard.spring.authorization;

import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.annotation.Internal;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.time.SteadyClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs each denial at {@code DEBUG}, and a summary of all denials at {@code WARN}, once a minute at most. Neither contains a token,
 * a user or the id of an organization. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class DenialLog {

    private static final Logger log = LoggerFactory.getLogger(DenialLog.class);

    private final boolean hashesOrganizations;
    private final DenialSummary summary;

    /**
     * @param hashesOrganizations whether log lines contain a hash of the organization, instead of nothing
     * @param clock measures the time between two summaries
     */
    public DenialLog(boolean hashesOrganizations, SteadyClock clock) {
        this.hashesOrganizations = hashesOrganizations;
        this.summary = new DenialSummary(clock);
    }

    /** @param operation the handler and the pattern of its path, or the name of a method */
    void denied(String operation, Decision decision) {
        if (log.isDebugEnabled()) {
            log.debug(
                    "Denied {}, which requires {}: {}{}",
                    operation,
                    required(decision.request()),
                    decision,
                    organization(decision));
        }
        summary.add(operation, decision.denial());
    }

    private String organization(Decision decision) {
        String named = decision.request().organization().id();
        String organization = named == null ? decision.token().organization() : named;
        return organization == null || !hashesOrganizations
                ? ""
                : " in the organization with the hash " + OrganizationHash.of(organization);
    }

    private static String required(AccessRequest access) {
        ScopeRequirement scopes = access.requirement();
        RoleRequirement roles = access.roles();
        return (scopes == null ? "no scope" : scopes.scopes() + " of " + scopes.audience())
                + (roles == null ? "" : " and roles " + roles.roles());
    }
}
