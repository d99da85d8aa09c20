package io.scopeguard.spring.authorization;

import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.OrganizationSource;
import io.scopeguard.spring.RequiresRole;
import io.scopeguard.spring.RequiresScopes;
import io.scopeguard.spring.authorization.HandlerRule.Requires;

/** Reads where annotations take the organization from, and rejects contradictions. */
final class Bindings {

    private Bindings() {}

    static OrganizationBinding of(RequiresScopes annotation, String name) {
        return bound(annotation.organization(), annotation.organizationFrom(), name, "@RequiresScopes");
    }

    static OrganizationBinding of(RequiresRole annotation, String name) {
        return bound(annotation.organization(), annotation.organizationFrom(), name, "@RequiresRole");
    }

    private static OrganizationBinding bound(
            String expression, OrganizationSource source, String name, String annotation) {
        if (!expression.isEmpty() && source != OrganizationSource.REQUEST) {
            throw new InvalidSettingException(
                    name,
                    "has an organization expression in " + annotation + ", and organizationFrom = " + source,
                    "Keep one of organization and organizationFrom.");
        }
        if (!expression.isEmpty()) {
            return new OrganizationBinding(Binding.EXPRESSION, expression);
        }
        return switch (source) {
            case REQUEST -> OrganizationBinding.UNSPECIFIED;
            case TOKEN -> new OrganizationBinding(Binding.TOKEN, "");
            case NONE -> new OrganizationBinding(Binding.NONE, "");
        };
    }

    /**
     * Checks that scopes and roles are required of the same organization, if of one.
     *
     * @throws InvalidSettingException if they are not
     */
    static void check(Requires rule, String name) {
        boolean bothSay = rule.ofScopes().isSpecified() && rule.ofRoles().isSpecified();
        if (bothSay && !rule.ofScopes().equals(rule.ofRoles())) {
            throw new InvalidSettingException(
                    name,
                    "takes the organization from different places in @RequiresScopes and @RequiresRole",
                    "Set it in one of the annotations: it applies to both.");
        }
        if (rule.binding() == Binding.NONE && rule.needsOrganization()) {
            throw notGlobal(name);
        }
    }

    private static InvalidSettingException notGlobal(String name) {
        return new InvalidSettingException(
                name,
                "has organizationFrom = NONE, and requires scopes or roles of an organization",
                "Drop organizationFrom, or require scopes of a resource and global roles only.");
    }
}
