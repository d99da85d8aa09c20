package io.scopeguard.organization;

import org.jspecify.annotations.Nullable;

/**
 * Assigns each organization to an identity provider, for applications with several providers. Without an assignment, anybody who
 * may create an organization at one provider could enter another provider's organization of the same id.
 *
 * <p>Implementations are called for every decision, so they answer from memory, and they are thread-safe.
 *
 * <pre>{@code
 * OrganizationProviders providers = organization -> organization.startsWith("eu-") ? "europe" : "america";
 * }</pre>
 *
 * @since 0.1
 */
@FunctionalInterface
public interface OrganizationProviders {

    /** The name of the provider that the organization belongs to, or {@code null} if it belongs to none. */
    @Nullable
    String providerOf(String organization);

    /**
     * The name of the provider whose tokens count outside of organizations, or {@code null} for none, the default: administrators
     * of the other providers could grant such scopes to anybody.
     */
    default @Nullable String globalProvider() {
        return null;
    }
}
