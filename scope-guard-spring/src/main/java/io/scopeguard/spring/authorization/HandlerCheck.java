package io.scopeguard.spring.authorization;

import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compares the declaration of a handler with the paths at which it is served. */
final class HandlerCheck {

    private static final Logger log = LoggerFactory.getLogger(HandlerCheck.class);

    private final MappedHandler handler;
    private final HandlerRule rule;
    private final OrganizationResolver organizations;

    HandlerCheck(MappedHandler handler, HandlerRule rule, OrganizationResolver organizations) {
        this.handler = handler;
        this.rule = rule;
        this.organizations = organizations;
    }

    /** Stops start-up if no request could ever meet the declaration. */
    void run() {
        handler.patterns().forEach(this::check);
    }

    private void check(String path) {
        checkVariable(path);
        if (rule instanceof Requires requires) {
            checkBinding(requires, path);
        }
        organizations.pattern().lookalike(path).ifPresent(name -> reportLookalike(name, path));
    }

    private void checkVariable(String path) {
        String variable = "{" + organizations.pathVariable() + "}";
        if (organizations.pattern().isUnreachable(path)) {
            throw new InvalidSettingException(
                    handler.name(),
                    "takes more than one segment of its path " + path
                            + " for the organization, and no organization's id" + " has a slash",
                    "Use " + variable + " for one segment, and another variable for the rest.");
        }
        if (!organizations.pattern().takesUsualIds(path)) {
            log.warn(
                    "No known organization id format matches {} in the path {} of {}: requests to it will be denied.",
                    variable,
                    path,
                    handler.name());
        }
    }

    private void checkBinding(Requires requires, String path) {
        boolean named = organizations.pattern().isNamedBy(path);
        if (requires.binding() != Binding.REQUEST && named) {
            throw new InvalidSettingException(
                    handler.name(),
                    "does not take the organization from the request, but its path " + path + " names one",
                    "Drop organizationFrom, or the path variable.");
        }
        boolean unbound = !named && !organizations.hasHeader() && requires.binding() == Binding.REQUEST;
        if (unbound && requires.needsOrganization()) {
            throw new InvalidSettingException(
                    handler.name(),
                    "requires " + requires.requirementKind() + " of an organization, but its path " + path
                            + " names none",
                    "Add {" + organizations.pathVariable() + "} to the path (the variable's name is"
                            + " scope-guard.organization.path-variable), set scope-guard.organization.header, or say"
                            + " organizationFrom = TOKEN.");
        }
    }

    private void reportLookalike(String name, String path) {
        log.warn(
                "{} is served at {}: requests are not bound to the organization that {} seems to name, because the"
                        + " variable for it is called {} (scope-guard.organization.path-variable). Rename either.",
                handler.name(),
                path,
                "{" + name + "}",
                "{" + organizations.pathVariable() + "}");
    }
}
