package io.scopeguard.logtobox.oidc;

import io.scopeguard.logtobox.directory.OrganizationScope;
import io.scopeguard.logtobox.directory.ResourceScope;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Names and sets of scopes. */
final class ScopeNames {

    static final String OPENID = "openid";
    static final String OFFLINE_ACCESS = "offline_access";
    static final String ORGANIZATIONS = "urn:logto:scope:organizations";
    static final String ORGANIZATION_ROLES = "urn:logto:scope:organization_roles";

    /** The resource to request for organizations, which differs from the prefix of an organization token's audience. */
    static final String ORGANIZATIONS_RESOURCE = "urn:logto:resource:organizations";

    static final List<String> OIDC = List.of(
            OPENID,
            OFFLINE_ACCESS,
            "profile",
            "email",
            "phone",
            "address",
            "custom_data",
            "identities",
            "roles",
            ORGANIZATIONS,
            ORGANIZATION_ROLES,
            "urn:logto:scope:sessions",
            "urn:logto:scope:trusted_devices");

    private ScopeNames() {}

    static Set<String> split(@Nullable String scope) {
        return scope == null
                ? Set.of()
                : Arrays.stream(scope.split(" "))
                        .filter(name -> !name.isEmpty())
                        .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    static String join(Collection<String> scopes) {
        return String.join(" ", scopes);
    }

    /** The names that are in both, in the order of the first. */
    static Set<String> both(Collection<String> these, Collection<String> those) {
        Set<String> common = new LinkedHashSet<>(these);
        common.retainAll(Set.copyOf(those));
        return common;
    }

    /** In the order of the list above, because the framework's sets are unordered. */
    static Set<String> oidc(Collection<String> scopes) {
        return both(OIDC, scopes);
    }

    static List<String> ofTemplate(Collection<OrganizationScope> scopes) {
        return scopes.stream().map(OrganizationScope::name).toList();
    }

    static List<String> ofResource(Collection<ResourceScope> scopes) {
        return scopes.stream().map(ResourceScope::name).toList();
    }
}
