package io.scopeguard.token;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import io.scopeguard.testing.LogEvents;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.security.Key;
import java.security.KeyFactorySpi;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.spec.KeySpec;
import java.text.ParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The build runs the tests of this package twice on Linux: without native cryptography on the class path, and with it. */
class NativeCryptoTests {

    private final boolean isOnTheClassPath = Boolean.getBoolean("nativeCrypto");

    @Test
    void providerWhenOnTheClassPathThenUsed() {
        assertThat(NativeCrypto.load().join().map(Provider::getName))
                .isEqualTo(isOnTheClassPath ? Optional.of("AmazonCorrettoCryptoProvider") : Optional.empty());
    }

    @Test
    void loadSoonThenLoadedWithoutAnotherCall() throws Exception {
        assertThat(NativeCrypto.loadSoon().get(1, TimeUnit.MINUTES).isPresent()).isEqualTo(isOnTheClassPath);
    }

    @Test
    void firstWhenThereIsNoneThenTheLogSaysSo() {
        try (LogEvents log = LogEvents.capture()) {
            assertThat(NativeCrypto.first(List.of(() -> null, () -> null))).isEmpty();
            assertThat(log.messages())
                    .containsExactly(
                            "INFO Tokens are verified by the JDK, which takes about ten times as long for ES384:"
                                    + " Amazon Corretto Crypto Provider is not on the class path");
        }
    }

    @Test
    void firstWhenNotBuiltForThePlatformThenTheLogSaysSo() {
        try (LogEvents log = LogEvents.capture()) {
            NativeCrypto.Source unsupported = () -> {
                throw new UnsupportedOperationException("not built for Windows");
            };
            assertThat(NativeCrypto.first(List.of(() -> null, unsupported))).isEmpty();
            assertThat(log.messages())
                    .singleElement()
                    .asString()
                    .startsWith("INFO")
                    .endsWith("not built for Windows");
        }
    }

    /** For example a jar for another operating system, or a service that cannot be created. */
    @ParameterizedTest
    @MethodSource
    void firstWhenASourceFailsThenTheNextOneIsTried(Throwable failure) {
        Provider works = new Provider("Works", "1", "for this test") {};
        NativeCrypto.Source failing = () -> throwAny(failure);

        assertThat(NativeCrypto.first(List.of(failing, () -> works))).containsSame(works);
        try (LogEvents log = LogEvents.capture()) {
            assertThat(NativeCrypto.first(List.of(failing))).isEmpty();
            assertThat(log.messages())
                    .singleElement()
                    .asString()
                    .startsWith("WARN")
                    .contains("broken");
        }
    }

    static Stream<Throwable> firstWhenASourceFailsThenTheNextOneIsTried() {
        return Stream.of(
                new IOException("broken"),
                new InvocationTargetException(new IllegalStateException(), "broken"),
                new UnsatisfiedLinkError("broken"),
                new ServiceConfigurationError("broken"),
                new IllegalStateException("broken"));
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> Provider throwAny(Throwable failure) throws T {
        throw (T) failure;
    }

    @Test
    void verifiesWhenTheNativeProviderFailsThenByTheJdk() throws Exception {
        ECKey key = new ECKeyGenerator(Curve.P_384).keyID("1").generate();
        JWSObject valid = signed(key, key);
        JWSObject forged = signed(key, new ECKeyGenerator(Curve.P_384).generate());
        VerificationKey broken = new VerificationKey(key.toPublicJWK(), () -> Optional.of(new WithoutSignatures()));
        try (LogEvents log = LogEvents.capture()) {
            assertThat(broken.verifies(valid)).isTrue();
            assertThat(broken.verifies(forged)).isFalse();
            assertThat(log.messages()).as("one line").singleElement().asString().startsWith("WARN A native signature");
        }
    }

    private static JWSObject signed(ECKey named, ECKey signing) throws JOSEException, ParseException {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES384)
                .keyID(named.getKeyID())
                .build();
        JWSObject token = new JWSObject(header, new Payload("{}"));
        token.sign(new ECDSASigner(signing));
        return JWSObject.parse(token.serialize());
    }

    /** Accepts keys and verifies nothing. */
    private static final class WithoutSignatures extends Provider {

        WithoutSignatures() {
            super("WithoutSignatures", "1", "for this test");
            put("KeyFactory.EC", Keys.class.getName());
        }
    }

    /** Leaves keys as they are. */
    public static final class Keys extends KeyFactorySpi {

        @Override
        protected Key engineTranslateKey(Key key) {
            return key;
        }

        @Override
        protected PublicKey engineGeneratePublic(KeySpec spec) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected PrivateKey engineGeneratePrivate(KeySpec spec) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected <T extends KeySpec> T engineGetKeySpec(Key key, Class<T> type) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void loadThenTheProviderIsNotInstalled() {
        NativeCrypto.load().join();

        assertThat(Arrays.stream(Security.getProviders()).map(Provider::getName))
                .doesNotContain("AmazonCorrettoCryptoProvider");
    }
}
