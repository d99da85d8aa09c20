package io.scopeguard.corretto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.token.AccessTokenVerifier;
import io.scopeguard.token.NativeCrypto;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BundledCorrettoTests {

    private static final String NAME = "AmazonCorrettoCryptoProvider";

    @Test
    void loadThenTheProviderIsNeitherInstalledNorOnTheClassPath() {
        assumeTrue(isLinuxWithGlibc(), "Amazon Corretto Crypto Provider runs here");

        Optional<Provider> provider = NativeCrypto.load().join();

        assertThat(provider).map(Provider::getName).contains(NAME);
        assertThat(provider.orElseThrow().getClass().getClassLoader())
                .isNotSameAs(getClass().getClassLoader());
        assertThat(Arrays.stream(Security.getProviders()).map(Provider::getName))
                .doesNotContain(NAME);
        assertThatExceptionOfType(ClassNotFoundException.class)
                .isThrownBy(
                        () -> Class.forName(provider.orElseThrow().getClass().getName()));
    }

    /** Verifying it would hash the native library, which takes longer than all the rest. */
    @Test
    void loadThenTheJarIsDeletedAndItsSignatureIsNotVerified() throws Exception {
        assumeTrue(isLinuxWithGlibc(), "Amazon Corretto Crypto Provider runs here");

        Class<?> provider = NativeCrypto.load().join().orElseThrow().getClass();

        CodeSource source = provider.getProtectionDomain().getCodeSource();
        assertThat(source.getLocation().toString()).endsWith(".jar");
        assertThat(Path.of(source.getLocation().toURI())).as("not left behind").doesNotExist();
        assertThat(source.getCertificates()).isNull();
        assertThat(provider.getSigners()).isNull();
    }

    @Test
    void verifyWhenTheProviderIsLoadedThenATokenIsAccepted() {
        NativeCrypto.load().join();
        MovableClock clock = MovableClock.atNoon();
        try (TestTokens tokens = new TestTokens(clock);
                AccessTokenVerifier verifier = tokens.verifierBuilder(clock).build()) {
            String token = tokens.organization("acme").compact();

            assertThat(verifier.verify(token).organization()).isEqualTo("acme");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Linux,    amd64,   linux-x86_64.jar",
        "Linux,    aarch64, linux-aarch_64.jar",
        "Mac OS X, x86_64,  osx-x86_64.jar",
        "Mac OS X, aarch64, osx-aarch_64.jar"
    })
    void jarWhenThePlatformIsSupportedThenItIsBundled(String os, String arch, String jar) {
        assertThat(Platform.of(os, arch).jar()).isEqualTo(jar);
        assertThat(BundledCorretto.class.getResource(jar)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"Windows 11, amd64", "Linux,      riscv64", "Linux,      i386", "FreeBSD,    amd64"})
    void ofWhenThePlatformIsNotSupportedThenTheExceptionNamesIt(String os, String arch) {
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> Platform.of(os, arch))
                .withMessageContaining(os)
                .withMessageContaining(arch);
    }

    private static boolean isLinuxWithGlibc() {
        try {
            return Platform.current().system().equals("linux");
        } catch (Exception e) {
            return false;
        }
    }
}
