package io.scopeguard.logtobox.oidc;

import io.scopeguard.logtobox.directory.Application;
import io.scopeguard.logtobox.directory.Directory;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;

/** The directory's applications, converted for Spring Authorization Server. */
final class Clients implements RegisteredClientRepository {

    private final Directory directory;

    Clients(Directory directory) {
        this.directory = directory;
    }

    @Override
    public void save(RegisteredClient client) {
        throw new UnsupportedOperationException("applications are changed in the directory");
    }

    @Override
    public @Nullable RegisteredClient findById(String id) {
        return findByClientId(id);
    }

    @Override
    public @Nullable RegisteredClient findByClientId(String clientId) {
        return directory.applications().find(clientId).map(Clients::registered).orElse(null);
    }

    private static RegisteredClient registered(Application application) {
        RegisteredClient.Builder client = RegisteredClient.withId(application.id())
                .clientId(application.id())
                .clientName(application.name())
                .clientAuthenticationMethods(methods -> methods.addAll(methods(application)))
                .authorizationGrantTypes(types -> types.addAll(grantTypes(application)))
                .redirectUris(
                        uris -> uris.addAll(application.oidcClientMetadata().redirectUris()))
                .clientSettings(ClientSettings.builder()
                        .requireProofKey(!application.isConfidential())
                        .build());
        String secret = application.secret();
        if (secret != null) {
            client.clientSecret(secret);
        }
        return client.build();
    }

    private static Set<ClientAuthenticationMethod> methods(Application application) {
        return application.isConfidential()
                ? Set.of(ClientAuthenticationMethod.CLIENT_SECRET_BASIC, ClientAuthenticationMethod.CLIENT_SECRET_POST)
                : Set.of(ClientAuthenticationMethod.NONE);
    }

    private static Set<AuthorizationGrantType> grantTypes(Application application) {
        Set<AuthorizationGrantType> types = new java.util.LinkedHashSet<>(
                application.type() == Application.Type.MachineToMachine
                        ? Set.of(AuthorizationGrantType.CLIENT_CREDENTIALS)
                        : Set.of(AuthorizationGrantType.AUTHORIZATION_CODE, AuthorizationGrantType.REFRESH_TOKEN));
        if (application.allowsTokenExchange()) {
            types.add(new AuthorizationGrantType(TokenExchangeGrant.GRANT_TYPE));
        }
        return types;
    }
}
