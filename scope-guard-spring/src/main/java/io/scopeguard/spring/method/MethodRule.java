package io.scopeguard.spring.method;

import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rule that method security enforces for a method.
 *
 * @param name of the method, for messages
 */
public record MethodRule(String name, Requires requires, OrganizationOfCall organization) {

    /** Determines the organization of a call. */
    @FunctionalInterface
    public interface OrganizationOfCall {

        /**
         * Determines the organization of one call.
         *
         * @param requestOrganization the organization that was verified for the current request, if there is one
         */
        RequestedOrganization of(@Nullable Object[] arguments, Supplier<@Nullable String> requestOrganization);

        /** Any organization: only global roles are required, which are the same everywhere. */
        static OrganizationOfCall any() {
            return always(RequestedOrganization.NONE);
        }

        /** The organization of the current request, or else that of the token. */
        static OrganizationOfCall ofRequest() {
            return (arguments, requestOrganization) -> {
                String id = requestOrganization.get();
                return id == null ? RequestedOrganization.OF_TOKEN : RequestedOrganization.named(id);
            };
        }

        static OrganizationOfCall always(RequestedOrganization organization) {
            return (arguments, requestOrganization) -> organization;
        }
    }
}
