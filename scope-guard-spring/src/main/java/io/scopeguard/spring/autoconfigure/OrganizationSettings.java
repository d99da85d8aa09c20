package io.scopeguard.spring.autoconfigure;

import io.scopeguard.spring.InvalidSettingException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The settings for the organization of a request, from properties. Errors name the property and the fix. */
final class OrganizationSettings {

    private static final String PREFIX = "scope-guard.";

    /** RFC 9110: the syntax of a field name. */
    private static final Pattern FIELD_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

    private final ScopeGuardProperties properties;

    OrganizationSettings(ScopeGuardProperties properties) {
        this.properties = properties;
    }

    String pathVariable() {
        return SettingChecks.required(
                PREFIX + "organization.path-variable", properties.organization().pathVariable(), "organizationId");
    }

    @Nullable
    String header() {
        String header = SettingChecks.notBlank(properties.organization().header());
        if (header != null && !FIELD_NAME.matcher(header).matches()) {
            throw new InvalidSettingException(
                    PREFIX + "organization.header",
                    "is '" + header + "', which is not a valid header name",
                    "Use one like Organization-Id.");
        }
        return header;
    }
}
