package io.scopeguard.logtobox.oidc;

import io.scopeguard.logtobox.directory.Directory;

/**
 * The {@code client_credentials} grant. Without requested scopes, the token has none. A scope that is not granted is dropped
 * silently.
 */
final class ClientCredentialsGrant implements GrantHandler {

    private final Directory directory;
    private final AccessTokens accessTokens;

    ClientCredentialsGrant(Directory directory, AccessTokens accessTokens) {
        this.directory = directory;
        this.accessTokens = accessTokens;
    }

    @Override
    public String grantType() {
        return "client_credentials";
    }

    @Override
    public TokenResponse handle(GrantRequest request) {
        String clientId = request.clientId();
        String organizationId = request.organizationId();
        String resource = request.resource();
        if (organizationId != null && !directory.organizationApplications().contains(organizationId, clientId)) {
            throw OidcException.accessDenied("app has not associated with the organization");
        }
        if (resource != null) {
            return TokenResponse.forMachine(
                    accessTokens.forMachine(clientId, resource, organizationId, request.scopes()));
        }
        if (organizationId != null) {
            return TokenResponse.forMachine(accessTokens.forOrganization(
                    AccessTokens.Parties.machine(clientId), organizationId, request.scopes()));
        }
        throw OidcException.of(400, "invalid_target", "both `resource` and `organization_id` are not provided");
    }
}
