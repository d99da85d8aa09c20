package io.scopeguard.logtobox.oidc;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationConsent;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationConsentService;

/**
 * A consent counts for its own sign-in. The framework would add earlier consents to every answer, and so turn a later refusal into
 * consent.
 */
final class SingleConsents implements OAuth2AuthorizationConsentService {

    @Override
    public void save(OAuth2AuthorizationConsent consent) {
        // The grant contains the consent.
    }

    @Override
    public void remove(OAuth2AuthorizationConsent consent) {
        // Nothing is kept.
    }

    @Override
    public @Nullable OAuth2AuthorizationConsent findById(String registeredClientId, String principalName) {
        return null;
    }
}
