package io.scopeguard.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import io.scopeguard.time.SteadyClock;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys that the address of a JWK Set contains. */
class EmbeddedKeySetTests {

    private static final Duration NEVER_WAITED = Duration.ofMinutes(1);

    private static URI uri(String prefix, String content) {
        return URI.create(prefix + Base64.getEncoder().encodeToString(content.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void keyOfTheSetThenFoundWithoutFetching() throws Exception {
        JWK key = new ECKeyGenerator(Curve.P_256)
                .keyUse(KeyUse.SIGNATURE)
                .algorithm(JWSAlgorithm.ES256)
                .keyID("here")
                .generate()
                .toPublicJWK();
        URI set = uri("data:application/json;base64,", new JWKSet(key).toString());

        try (SigningKeys keys = new SigningKeys(set, NEVER_WAITED, KeyListener.none(), SteadyClock.system())) {
            assertThat(keys.find("here", JWSAlgorithm.ES256)).isNotNull();
            assertThat(keys.find("elsewhere", JWSAlgorithm.ES256)).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"data:,", "data:application/json;base64,", "data:text/plain;base64,"})
    void noKeySetThenRefused(String prefix) {
        assertThatThrownBy(() ->
                        new SigningKeys(uri(prefix, "{}"), NEVER_WAITED, KeyListener.none(), SteadyClock.system()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("JWK Set");
    }
}
