package io.scopeguard.organization;

import org.jspecify.annotations.Nullable;

/**
 * Which identity provider each organization belongs to, where an application has several. Without this, whoever may create an
 * organization at one provider could enter another provider's organization of the same id.
 *
 * <p>Implementations are asked for every decision: they answer from memory. Thread-safe.
 */
@FunctionalInterface
public interface OrganizationProviders {

    /** The name of the provider that the organization belongs to, or {@code null} if it belongs to none. */
    @Nullable
    String providerOf(String organization);

    /**
     * The name of the provider whose tokens count for what holds outside of organizations, or {@code null} if none do, which is
     * the default: whoever administers another provider could grant such scopes to anybody.
     */
    default @Nullable String globalProvider() {
        return null;
    }
}
