package io.scopeguard.provider;

import java.util.Set;

/**
 * Reads the access tokens of one provider. It knows the claims for subject, client, organization and permissions. The rules that
 * hold for every provider (issuer, times, algorithm, key, signature, no ID token) are checked elsewhere. Implementations are
 * stateless.
 *
 * <p>The package documentation contains an example.
 *
 * @since 0.1
 */
public interface TokenReader {

    /**
     * The accepted values of the header {@code typ} (RFC 9068 §2.1), in lower case and without {@code application/}: {@code
     * at+jwt}, for example, or {@code jwt} if the provider's access tokens have the same type as its other JWTs.
     */
    Set<String> types();

    /**
     * Reads a token. Its signature may not have been checked yet.
     *
     * @throws InvalidTokenException if the token is for another API, is not an access token, or contradicts itself; the description
     *     helps the client's developer and contains nothing of the token
     */
    TokenContent read(TokenClaims claims);

    /**
     * Whether a token can show a permission with this name. If the claim with the permissions also contains other names, such as
     * the scopes of OpenID Connect, a permission with such a name cannot be recognized. No client could meet a requirement for it,
     * so the requirement stops start-up, and the provider's {@link PermissionSource} leaves the permission out.
     *
     * <p>A reader that uses {@link TokenClaims#scopes} returns {@code !TokenClaims.isOpenIdScope(permission)}.
     */
    default boolean canShow(String permission) {
        return true;
    }
}
