package io.scopeguard.spring.autoconfigure;

import io.scopeguard.scope.Audience;
import io.scopeguard.spring.InvalidSettingException;
import java.util.LinkedHashSet;
import java.util.Set;

/** The audiences of the API, from properties. Errors name the property and the fix. */
final class AudienceSettings {

    private static final String PREFIX = "scope-guard.";

    private final ScopeGuardProperties properties;

    AudienceSettings(ScopeGuardProperties properties) {
        this.properties = properties;
    }

    Set<Audience> resources() {
        Set<Audience> resources = new LinkedHashSet<>();
        for (String indicator : properties.resources()) {
            resources.add(SettingChecks.valid(
                    PREFIX + "resources",
                    () -> Audience.resource(indicator),
                    "Use the resource's indicator exactly as it is registered at the provider."));
        }
        return resources;
    }

    Audience defaultAudience() {
        Set<Audience> resources = resources();
        String configured = properties.defaultAudience();
        if (configured == null || configured.isBlank()) {
            return onlyAudience(resources);
        }
        Audience audience = SettingChecks.valid(
                PREFIX + "default-audience",
                () -> new Audience(configured),
                "Use 'organization' or one of the resources.");
        if (!audience.isOrganization() && !resources.contains(audience)) {
            throw new InvalidSettingException(
                    PREFIX + "default-audience",
                    "is '" + audience + "', which is not one of " + PREFIX + "resources",
                    "Add it there, or use 'organization' or one of " + resources + ".");
        }
        return audience;
    }

    private static Audience onlyAudience(Set<Audience> resources) {
        if (resources.size() > 1) {
            throw new InvalidSettingException(
                    PREFIX + "default-audience",
                    "is not set, and there are several " + PREFIX + "resources",
                    "Set it to 'organization' or to the resource whose scopes most handlers require.");
        }
        return resources.isEmpty()
                ? Audience.ORGANIZATION
                : resources.iterator().next();
    }
}
