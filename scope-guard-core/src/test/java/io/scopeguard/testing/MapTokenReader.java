package io.scopeguard.testing;

import io.scopeguard.provider.Subject;
import io.scopeguard.provider.TokenClaims;
import io.scopeguard.provider.TokenContent;
import io.scopeguard.provider.TokenGrant;
import io.scopeguard.provider.TokenReader;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The token reader of a provider whose tokens name several organizations. The claim {@code organizations} contains the scopes in
 * each, and the optional claim {@code scope} contains the scopes outside of organizations.
 */
public final class MapTokenReader implements TokenReader {

    private final Audience audience;

    public MapTokenReader(Audience audience) {
        this.audience = audience;
    }

    @Override
    public Set<String> types() {
        return Set.of("jwt", "at+jwt");
    }

    @Override
    public TokenContent read(TokenClaims claims) {
        List<TokenGrant> grants = new ArrayList<>();
        TokenClaims organizations = claims.object("organizations");
        if (organizations != null) {
            organizations.asMap().keySet().stream()
                    .sorted()
                    .forEach(id -> grants.add(grant(id, Scopes.ofTokens(organizations.strings(id)))));
        }
        if (claims.has("scope") || grants.isEmpty()) {
            grants.add(grant(null, claims.scopes()));
        }
        return new TokenContent(
                new Subject(Subject.Type.USER, claims.text("sub")),
                claims.text("client_id"),
                claims.actor(),
                claims.textIfPresent("jti"),
                grants);
    }

    private TokenGrant grant(@Nullable String organization, Scopes scopes) {
        return TokenGrant.of(audience, organization, scopes);
    }
}
