package io.scopeguard.logtobox.oidc;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationConsent;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationConsentService;

/**
 * Limits a consent to its own sign-in. The framework would add earlier consents to every answer, which would turn a later refusal
 * into consent.
 */
final class SingleConsents implements OAuth2AuthorizationConsentService {

    @Override
    public void save(OAuth2AuthorizationConsent consent) {
        // The grant contains the consent.
    }

    @Override
    public void remove(OAuth2AuthorizationConsent consent) {
        // No consent is stored.
    }

    @Override
    public @Nullable OAuth2AuthorizationConsent findById(String registeredClientId, String principalName) {
        return null;
    }
}
