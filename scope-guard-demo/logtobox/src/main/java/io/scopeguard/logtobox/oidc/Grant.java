package io.scopeguard.logtobox.oidc;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.wire.Ids;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The grant of one authorization request, which never changes: a scope that the user did not hold at that time is not in it, and no
 * refresh adds it.
 */
record Grant(
        String id,
        String userId,
        String clientId,
        Set<String> oidcScopes,
        Map<String, Set<String>> resourceScopes,
        @Nullable String nonce) {

    static Grant of(
            Directory directory,
            String userId,
            String clientId,
            Collection<String> requested,
            Collection<String> resources,
            boolean consentPrompted,
            @Nullable String nonce) {
        Set<String> oidc = ScopeNames.oidc(requested);
        if (!consentPrompted) {
            oidc.remove(ScopeNames.OFFLINE_ACCESS);
        }
        Map<String, Set<String>> granted = new LinkedHashMap<>();
        resources.forEach(
                resource -> granted.put(resource, ScopeNames.both(grantable(directory, userId, resource), requested)));
        return new Grant(Ids.token(), userId, clientId, oidc, granted, nonce);
    }

    /** Every scope of the organization template, but only those scopes of an API that the user holds somewhere. */
    private static Collection<String> grantable(Directory directory, String userId, String resource) {
        return resource.equals(ScopeNames.ORGANIZATIONS_RESOURCE)
                ? ScopeNames.ofTemplate(directory.organizationScopes().all())
                : ScopeNames.ofResource(directory.resourceScopesAnywhere(userId, resource));
    }

    Set<String> allScopes() {
        Set<String> all = new LinkedHashSet<>(oidcScopes);
        resourceScopes.values().forEach(all::addAll);
        return all;
    }

    @Override
    public String toString() {
        return "Grant[" + userId + ", " + clientId + "]";
    }
}
