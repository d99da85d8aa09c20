package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;

/**
 * The source of the organization that an annotation is about.
 *
 * @param organization the expression that names the organization; empty unless the binding is an expression
 * @hidden
 */
@Internal
public record OrganizationBinding(Binding binding, String organization) {

    /** The annotation does not specify it. */
    static final OrganizationBinding UNSPECIFIED = new OrganizationBinding(Binding.REQUEST, "");

    boolean isSpecified() {
        return !equals(UNSPECIFIED);
    }
}
