package io.scopeguard.spring.provider;

import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.spring.InvalidSettingException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A provider with the settings that the starter needs. A provider that the starter configures registers itself; a provider bean of
 * the application is registered with defaults.
 *
 * @param addressProperty the property with the provider's address, or {@code null} if there is none; the provider's other
 *     properties have the same prefix
 * @param eventPath the path at which the provider delivers its events, below the context path
 */
public record ProviderRegistration(
        IdentityProvider provider, @Nullable String addressProperty, String eventPath) {

    private static final String RESOURCES = "resources";

    private static final Pattern NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");

    /** @throws InvalidSettingException if the provider's name cannot be part of a path or a metric */
    public ProviderRegistration {
        if (!NAME.matcher(provider.name()).matches()) {
            throw new InvalidSettingException(
                    "The name of the identity provider " + provider.description(),
                    "is '" + provider.name() + "'",
                    "Use lower-case letters, digits and single dashes between them: it is part of paths and metrics.");
        }
    }

    /** A provider bean of the application. */
    static ProviderRegistration of(IdentityProvider provider) {
        return new ProviderRegistration(provider, null, defaultEventPath(provider.name()));
    }

    public static String defaultEventPath(String name) {
        return "/scope-guard/webhooks/" + name;
    }

    /** The property for a setting of the provider, if it has properties. */
    String property(String setting) {
        if (setting.equals(RESOURCES)) {
            // This property applies to all providers.
            return "scope-guard." + RESOURCES;
        }
        return addressProperty == null
                ? provider.description() + ": " + setting
                : addressProperty.substring(0, addressProperty.lastIndexOf('.') + 1) + setting;
    }

    /** The property to change if the provider does not answer. */
    String address() {
        return addressProperty == null ? provider.description() : addressProperty;
    }
}
