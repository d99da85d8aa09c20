package io.scopeguard.spring.client;

import io.scopeguard.token.TokenFingerprint;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.core.OAuth2AccessToken;

/**
 * The access token of an authorized client. Immutable.
 *
 * @param fingerprint the name of the token in hints, or {@code null} if it is not a JWT
 */
record HeldToken(OAuth2AuthorizedClient client, @Nullable String fingerprint) {

    private static final Instant LONG_AGO = Instant.EPOCH;

    static HeldToken of(OAuth2AuthorizedClient client) {
        return new HeldToken(client, TokenFingerprint.of(client.getAccessToken().getTokenValue()));
    }

    String value() {
        return client.getAccessToken().getTokenValue();
    }

    boolean isSameAs(HeldToken other) {
        return value().equals(other.value());
    }

    /** The same client with an access token that has expired: Spring Security replaces expired tokens only. */
    OAuth2AuthorizedClient expired() {
        OAuth2AccessToken token = client.getAccessToken();
        OAuth2AccessToken expired = new OAuth2AccessToken(
                token.getTokenType(), token.getTokenValue(), LONG_AGO, LONG_AGO.plusSeconds(1), token.getScopes());
        return new OAuth2AuthorizedClient(
                client.getClientRegistration(), client.getPrincipalName(), expired, client.getRefreshToken());
    }

    @Override
    public String toString() {
        return "HeldToken " + fingerprint;
    }
}
