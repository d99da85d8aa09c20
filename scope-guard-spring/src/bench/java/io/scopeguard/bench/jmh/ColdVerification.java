package io.scopeguard.bench.jmh;

import io.scopeguard.bench.Algorithm;
import io.scopeguard.token.AccessToken;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;

/** Verification of unknown tokens: the guard's verifier, compared with the bare signature and with Spring's decoder. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class ColdVerification {

    /** The whole verification by Scope Guard. */
    @Benchmark
    public AccessToken scopeGuard(UnseenTokens tokens) {
        return tokens.verifier().verify(tokens.next());
    }

    /** The minimum cost of any verification: one signature with prepared parts. */
    @Benchmark
    public boolean signatureAlone(Signatures signatures) throws GeneralSecurityException {
        return signatures.verifyNext();
    }

    /** Spring Security's decoder, which caches nothing. */
    @Benchmark
    public Jwt nimbusJwtDecoder(Decoder decoder) {
        return decoder.decodeNext();
    }

    /** The common state of the cases: a cycle of tokens. */
    @State(Scope.Thread)
    public abstract static class Tokens {

        static final int COUNT = 1_024;

        @Param
        Algorithm algorithm;

        @Param
        CryptoProvider provider;

        Optional<Provider> crypto;
        SignedTokens signed;
        List<String> tokens;
        private int position;

        void sign() {
            crypto = provider.find();
            signed = new SignedTokens(algorithm);
            tokens = signed.distinct(COUNT, SignedTokens.scope(4));
        }

        int nextPosition() {
            position = (position + 1) % COUNT;
            return position;
        }
    }

    /** The state for Spring Security's decoder. */
    @State(Scope.Thread)
    public static class Decoder extends Tokens {

        private JwtDecoder decoder;

        @Setup
        public void build() {
            sign();
            decoder = Decoders.nimbus(signed.keys(), algorithm, crypto);
        }

        Jwt decodeNext() {
            return decoder.decode(tokens.get(nextPosition()));
        }
    }
}
