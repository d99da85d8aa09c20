package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;

/**
 * Where an annotation takes the organization from.
 *
 * @param organization the expression that names the organization; empty unless the binding is an expression
 * @hidden
 */
@Internal
public record Bound(Binding binding, String organization) {

    /** The annotation does not say it. */
    static final Bound UNSAID = new Bound(Binding.REQUEST, "");

    boolean isSaid() {
        return !equals(UNSAID);
    }
}
