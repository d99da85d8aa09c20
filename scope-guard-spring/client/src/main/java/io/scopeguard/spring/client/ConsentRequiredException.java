package io.scopeguard.spring.client;

import java.util.Set;
import java.util.TreeSet;
import org.springframework.security.oauth2.client.ClientAuthorizationRequiredException;

/**
 * A request was denied, and only a new sign-in with consent delivers the scopes that it needs. Thrown once for each user,
 * organization, resource and set of scopes; afterwards the response is returned unchanged, so that users are not redirected in a
 * loop.
 *
 * <p>Spring Security's {@code OAuth2AuthorizationRequestRedirectFilter} turns this exception into a redirect to the provider. Add
 * {@code prompt=consent} to the authorization request, or handle the exception in another way.
 *
 * @since 0.1
 */
public final class ConsentRequiredException extends ClientAuthorizationRequiredException {

    private final transient Set<String> scopes;

    ConsentRequiredException(String registration, Set<String> scopes) {
        super(registration);
        this.scopes = new TreeSet<>(scopes);
    }

    /** The scopes to request, sorted; empty if the API does not name them to this client. All are in the client's registration. */
    public Set<String> scopes() {
        return new TreeSet<>(scopes);
    }
}
