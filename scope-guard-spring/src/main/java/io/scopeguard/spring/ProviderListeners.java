package io.scopeguard.spring;

import io.scopeguard.provider.CallListener;

/**
 * Counts the calls to identity providers. A bean of this type exists for applications that declare their own
 * {@code IdentityProvider}: {@code Logto.at(tenant, id, secret).name("europe").listener(listeners.calls("europe")).build()}.
 *
 * @since 0.1
 */
public interface ProviderListeners {

    /**
     * A listener for the calls to one provider.
     *
     * @param provider the provider's name, which becomes the value of the tag {@code provider}
     */
    CallListener calls(String provider);
}
