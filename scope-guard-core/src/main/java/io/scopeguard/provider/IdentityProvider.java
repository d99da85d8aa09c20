package io.scopeguard.provider;

import io.scopeguard.scope.Audience;
import io.scopeguard.token.AccessTokenVerifier;
import io.scopeguard.token.ProviderClock;
import java.net.URI;
import java.util.Collection;

/**
 * An identity provider as the rest of the library knows it: its tokens, its live permissions, its scopes, and its clock. Nothing
 * is asked of it before it is needed. Thread-safe.
 */
public interface IdentityProvider {

    /** Names the provider in logs: its kind and address, for example. */
    String description();

    /**
     * Starts a verifier that knows the provider's issuers, keys and token format.
     *
     * @param resources the API's own resources
     */
    AccessTokenVerifier.Builder verifier(Collection<Audience> resources);

    /** Where the provider publishes its signing keys (RFC 7517 JWK Set). */
    URI jwkSetUri();

    /** Reads the facts that live permissions are computed from. */
    PermissionSource permissions();

    /** The scopes that exist, filled as permissions are read. */
    ScopeCatalogue catalogue();

    /** The provider's clock, learned from its answers. */
    ProviderClock clock();

    /**
     * Reads what is needed first, to find out whether the settings are right.
     *
     * @throws PermissionsUnavailableException if it does not answer; a definite refusal of the settings is another exception
     */
    void check(Collection<Audience> audiences);
}
