package io.scopeguard.spring.method;

import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.scope.ScopeRequirement;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What method security enforces for a method.
 *
 * @param name of the method, for messages
 */
record MethodRule(String name, ScopeRequirement requirement, OrganizationOfCall organization) {

    /** Determines which organization a call is about. */
    @FunctionalInterface
    interface OrganizationOfCall {

        /**
         * Determines the organization of one call.
         *
         * @param requestOrganization the organization that was verified for the current request, if there is one
         */
        RequestedOrganization of(@Nullable Object[] arguments, Supplier<@Nullable String> requestOrganization);

        static OrganizationOfCall always(RequestedOrganization organization) {
            return (arguments, requestOrganization) -> organization;
        }
    }
}
