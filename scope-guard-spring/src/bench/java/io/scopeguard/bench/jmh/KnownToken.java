package io.scopeguard.bench.jmh;

import io.scopeguard.bench.Algorithm;
import io.scopeguard.bench.TokenIssuer;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.scope.Audience;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.AccessTokenVerifier;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A token that the verifier knows, in another request. */
@State(Scope.Thread)
public class KnownToken {

    @Param({"4", "100", "1000"})
    int scopes;

    @Param
    Kind kind;

    private AccessTokenVerifier verifier;
    private String received;

    @Setup
    public void build() {
        SignedTokens signed = new SignedTokens(Algorithm.ES384);
        String scope = SignedTokens.scope(scopes);
        String token = kind == Kind.RESOURCE ? signed.oneForResource(scope) : signed.one(scope);
        verifier = signed.newVerifier(token);
        received = new String(token.toCharArray());
    }

    @TearDown
    public void close() {
        verifier.close();
    }

    AccessTokenVerifier verifier() {
        return verifier;
    }

    AccessToken verify() {
        // Each request has a new string whose hash is not yet computed. Its 24 bytes are not allocated by the verifier.
        return verifier.verify(new String(received));
    }

    /** The kinds of token. */
    public enum Kind {
        ORGANIZATION(Audience.ORGANIZATION, RequestedOrganization.named(TokenIssuer.ORGANIZATION)),
        RESOURCE(SignedTokens.RESOURCE, RequestedOrganization.NONE);

        final Audience audience;
        final RequestedOrganization organization;

        Kind(Audience audience, RequestedOrganization organization) {
            this.audience = audience;
            this.organization = organization;
        }
    }
}
