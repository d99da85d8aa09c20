package io.scopeguard.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.util.Base64URL;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.InvalidTokenException.Reason;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.AccessTokenVerifier;
import io.scopeguard.token.KeysUnavailableException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Claims under a genuine header. The signature is checked last, so the report of a wrong signature means that the claims were
 * accepted. Only then is the token signed and verified again.
 */
class ClaimsFuzzTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TestTokens tokens = new TestTokens(clock);
    private static final AccessTokenVerifier verifier =
            tokens.verifierBuilder(clock).build();
    private static final String genuine = tokens.organization("acme").compact();
    private static final String header = genuine.substring(0, genuine.indexOf('.') + 1);
    private static final String signature = genuine.substring(genuine.lastIndexOf('.'));
    private static final DistinctMessages messages = new DistinctMessages();

    @AfterAll
    static void stop() {
        verifier.close();
        tokens.close();
    }

    static Stream<byte[]> seeds() {
        return Stream.of(
                        tokens.organization("acme").scopes("read", "write").json(),
                        tokens.organizationResource("acme").scopes("read").json(),
                        tokens.resource().scopes("read").json(),
                        tokens.organization("acme")
                                .with("act", Map.of("sub", "a"))
                                .json(),
                        tokens.organization("acme").with("nbf", 1.5e300).json(),
                        tokens.resource().with("aud", List.of("a", "b")).json(),
                        tokens.resource().with("scp", List.of("a")).json(),
                        tokens.resource().with("cnf", Map.of("jkt", "x")).json(),
                        "null",
                        "{\"sub\":\"a\",\"sub\":\"b\"}",
                        "[".repeat(500))
                .map(json -> json.getBytes(UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest
    void verify(byte[] payload) throws JOSEException {
        try {
            if (isSignatureAllThatIsWrong(payload)) {
                check(verifier.verify(sign(payload)));
            }
        } catch (KeysUnavailableException documented) {
            // The first fetch has a time limit, which a busy machine can exceed.
            messages.add(documented);
        }
    }

    private static boolean isSignatureAllThatIsWrong(byte[] payload) {
        try {
            verifier.verify(header + Base64URL.encode(payload) + signature);
            return false;
        } catch (InvalidTokenException documented) {
            messages.add(documented);
            return documented.reason() == Reason.WRONG_SIGNATURE;
        }
    }

    private static String sign(byte[] payload) throws JOSEException {
        JWSObject jws = new JWSObject(tokens.header().build(), new Payload(payload));
        jws.sign(new ECDSASigner(tokens.key()));
        return jws.serialize();
    }

    /** The properties of every accepted token. */
    private static void check(AccessToken token) {
        if (!token.issuer().equals(tokens.tenant().issuer())
                || !token.expiresAt().isAfter(clock.instant().minusSeconds(60))
                || !token.expiresAt().isAfter(token.issuedAt())
                || token.subject().id().isEmpty()
                || token.clientId().isEmpty()
                || token.claims().containsKey("nonce") && token.claims().get("nonce") != null
                || (token.kind() != TokenKind.RESOURCE) != (token.organization() != null)) {
            throw new AssertionError("accepted: " + token.claims());
        }
        if (!token.toString().equals(token.kind() + " " + token.fingerprint())) {
            throw new AssertionError("a text that says too much: " + token);
        }
    }
}
