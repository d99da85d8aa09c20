package io.scopeguard.spring.test;

import io.scopeguard.spring.authentication.AccessTokenDecoder;
import java.util.Objects;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;
import org.springframework.security.test.context.support.WithSecurityContextFactory;

/**
 * Authenticates in the same way as a guarded filter chain: the guard's decoder verifies the token, and the application's converter
 * creates the authentication.
 */
final class OrganizationTokenSecurityContextFactory implements WithSecurityContextFactory<WithOrganizationToken> {

    private final ObjectProvider<AccessTokenDecoder> decoder;
    private final ObjectProvider<JwtAuthenticationConverter> converter;

    OrganizationTokenSecurityContextFactory(
            @Qualifier("accessTokenDecoder") ObjectProvider<AccessTokenDecoder> decoder,
            ObjectProvider<JwtAuthenticationConverter> converter) {
        this.decoder = decoder;
        this.converter = converter;
    }

    @Override
    public SecurityContext createSecurityContext(WithOrganizationToken annotation) {
        TestAccessToken token = TestAccessToken.organizationToken(annotation.organization())
                .scopes(annotation.scopes())
                .user(annotation.user())
                .client(annotation.client());
        String value = (annotation.roles().length == 0 ? token : token.roles(annotation.roles())).value();
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        try {
            context.setAuthentication(converter
                    .getObject()
                    .convert(Objects.requireNonNull(required(decoder).decode(value))));
        } catch (BadJwtException e) {
            throw new IllegalStateException(
                    "The application does not accept the tokens of tests. Annotate the test with"
                            + " @AutoConfigureTestIdentityProvider, or use @WebMvcTest.",
                    e);
        }
        return context;
    }

    private static AccessTokenDecoder required(ObjectProvider<AccessTokenDecoder> decoder) {
        AccessTokenDecoder found = decoder.getIfAvailable();
        if (found == null) {
            throw new IllegalStateException(
                    "The application context of the test has no Scope Guard. Use @SpringBootTest or @WebMvcTest, and check"
                            + " scope-guard.enabled.");
        }
        return found;
    }
}
