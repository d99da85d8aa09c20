package io.scopeguard.drift;

import io.scopeguard.annotation.Internal;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.scope.Audience;
import io.scopeguard.token.AccessToken;
import java.time.Instant;

/**
 * The properties of a token that drift and remedies depend on, beside its scopes and roles. They can describe a token that was
 * never presented.
 *
 * @param clientId the application that the token was issued to
 * @param isNonInteractive whether the token shows that no user is present
 * @param issuedAt by the issuer's clock
 * @hidden
 */
@Internal
public record TokenTraits(
        String clientId, boolean isNonInteractive, TokenKind kind, Audience audience, Instant issuedAt) {

    /** The properties of a token. */
    public static TokenTraits of(AccessToken token) {
        return new TokenTraits(
                token.clientId(), token.isNonInteractive(), token.kind(), token.audience(), token.issuedAt());
    }
}
