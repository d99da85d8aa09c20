package io.scopeguard.bench.jmh;

import io.scopeguard.bench.Algorithm;
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

    private AccessTokenVerifier verifier;
    private String received;

    @Setup
    public void build() {
        SignedTokens signed = new SignedTokens(Algorithm.ES384);
        String token = signed.one(SignedTokens.scope(scopes));
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
}
