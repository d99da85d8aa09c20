package io.scopeguard.spring;

import io.scopeguard.provider.CallListener;

/**
 * Counts the calls to identity providers. A bean of this type is there for applications that declare an {@code IdentityProvider} of
 * their own: {@code Logto.at(tenant, id, secret).name("europe").listener(listeners.calls("europe")).build()}.
 *
 * @since 0.1
 */
public interface ProviderListeners {

    /**
     * A listener for the calls to one provider.
     *
     * @param provider its name, the value of the tag {@code provider}
     */
    CallListener calls(String provider);
}
