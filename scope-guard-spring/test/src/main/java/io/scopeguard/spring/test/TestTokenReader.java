package io.scopeguard.spring.test;

import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.InvalidTokenException.Reason;
import io.scopeguard.provider.Subject;
import io.scopeguard.provider.TokenClaims;
import io.scopeguard.provider.TokenContent;
import io.scopeguard.provider.TokenGrant;
import io.scopeguard.provider.TokenReader;
import io.scopeguard.scope.Audience;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the tokens of {@link TestAccessToken}, and grants their scopes to their subjects. */
final class TestTokenReader implements TokenReader {

    private final TestPermissions permissions;
    private final List<Audience> resources;

    TestTokenReader(TestPermissions permissions, Collection<Audience> resources) {
        this.permissions = permissions;
        this.resources = List.copyOf(resources);
    }

    @Override
    public Set<String> types() {
        return Set.of("at+jwt");
    }

    @Override
    public TokenContent read(TokenClaims claims) {
        String sub = claims.text("sub");
        String client = claims.text("client_id");
        Subject subject = new Subject(sub.equals(client) ? Subject.Type.APPLICATION : Subject.Type.USER, sub);
        String organization = claims.textIfPresent(TestAccessToken.ORGANIZATION_CLAIM);
        Set<String> roles = roles(claims);
        TokenGrant grant = new TokenGrant(
                audience(claims.audience().get(0)), organization, claims.scopes(), organization == null ? null : roles);
        permissions.carried(subject, organization, grant.audience(), grant.scopes(), roles == null ? Set.of() : roles);
        return new TokenContent(
                subject,
                client,
                claims.actor(),
                claims.text("jti"),
                List.of(grant),
                organization == null ? roles : null);
    }

    private Audience audience(String name) {
        if (name.equals(TestAccessToken.ORGANIZATION_AUDIENCE)) {
            return Audience.ORGANIZATION;
        }
        return resources.stream()
                .filter(resource -> resource.value().equals(name))
                .findFirst()
                .orElseThrow(() -> new InvalidTokenException(
                        Reason.WRONG_AUDIENCE,
                        "The token is for a resource that scope-guard.resources does not contain. It contains: "
                                + resources));
    }

    private static @Nullable Set<String> roles(TokenClaims claims) {
        return claims.has(TestAccessToken.ROLES_CLAIM) ? Set.copyOf(claims.strings(TestAccessToken.ROLES_CLAIM)) : null;
    }
}
