package io.scopeguard.spring.authorization;

import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.RequiresRole;
import io.scopeguard.spring.RequiresScopes;
import io.scopeguard.spring.authorization.HandlerRule.Requires;

/** Where annotations take the organization from, and which of that cannot be. */
final class Bindings {

    private Bindings() {}

    static Bound of(RequiresScopes annotation, String name) {
        return bound(
                annotation.organization(),
                annotation.organizationFromToken(),
                annotation.global(),
                name,
                "@RequiresScopes");
    }

    static Bound of(RequiresRole annotation, String name) {
        return bound(annotation.organization(), annotation.organizationFromToken(), false, name, "@RequiresRole");
    }

    private static Bound bound(String expression, boolean isOfToken, boolean isNone, String name, String annotation) {
        if (!expression.isEmpty() && (isNone || isOfToken)) {
            throw new InvalidSettingException(
                    name,
                    "has an organization expression in " + annotation
                            + ", and takes the organization from elsewhere too",
                    "Keep one of organization, organizationFromToken and global.");
        }
        if (isNone && isOfToken) {
            throw notGlobal(name);
        }
        if (!expression.isEmpty()) {
            return new Bound(Binding.EXPRESSION, expression);
        }
        Binding elsewhere = isOfToken ? Binding.TOKEN : Binding.REQUEST;
        return new Bound(isNone ? Binding.NONE : elsewhere, "");
    }

    /**
     * Checks that scopes and roles are required of the same organization, if of one.
     *
     * @throws InvalidSettingException if they are not
     */
    static void check(Requires rule, String name) {
        boolean bothSay = rule.ofScopes().isSaid() && rule.ofRoles().isSaid();
        if (bothSay && !rule.ofScopes().equals(rule.ofRoles())) {
            throw new InvalidSettingException(
                    name,
                    "takes the organization from different places in @RequiresScopes and @RequiresRole",
                    "Say it in one of the annotations: it holds for both.");
        }
        if (rule.binding() == Binding.NONE && rule.needsOrganization()) {
            throw notGlobal(name);
        }
    }

    private static InvalidSettingException notGlobal(String name) {
        return new InvalidSettingException(
                name,
                "is global in @RequiresScopes, and requires something of an organization",
                "Drop global, or require scopes of a resource without an organization, and global roles.");
    }
}
