package io.scopeguard.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

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
    void providerIsNeverInstalled() {
        NativeCrypto.load().join();

        assertThat(Arrays.stream(Security.getProviders()).map(Provider::getName))
                .doesNotContain("AmazonCorrettoCryptoProvider");
    }
}
