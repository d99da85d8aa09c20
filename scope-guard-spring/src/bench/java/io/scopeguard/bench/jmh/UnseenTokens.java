package io.scopeguard.bench.jmh;

import io.scopeguard.token.AccessTokenVerifier;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Tokens and a verifier that does not know them. Once the verifier knows all of them, it is replaced by a new one that has the
 * keys. This happens between two invocations and is not measured.
 */
@State(Scope.Thread)
public class UnseenTokens extends ColdVerification.Tokens {

    private String primer;
    private AccessTokenVerifier verifier;
    private String next;

    @Setup
    public void build() {
        sign();
        primer = signed.one(SignedTokens.scope(4));
        verifier = signed.newVerifier(primer);
    }

    @Setup(Level.Invocation)
    public void advance() {
        int position = nextPosition();
        if (position == 0) {
            verifier.close();
            verifier = signed.newVerifier(primer);
        }
        next = tokens.get(position);
    }

    @TearDown
    public void close() {
        verifier.close();
    }

    AccessTokenVerifier verifier() {
        return verifier;
    }

    String next() {
        return next;
    }
}
