package io.scopeguard.spring.authentication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.scopeguard.scope.Scopes;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.UnsignedTokens;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.MappedJwtClaimSetConverter;

class AccessTokenJwtTests {

    private static final Instant ISSUED = Instant.parse("2026-01-01T12:00:00Z");

    private final AccessToken token =
            UnsignedTokens.organization("acme", "ada", "id", ISSUED, Scopes.of("read:report"));
    private final AccessTokenJwt jwt = new AccessTokenJwt("a.b.c", token);

    @Test
    void claimsThenAreThoseOfTheTokenAsSpringSecurityConvertsThem() {
        assertThat(jwt.getClaims())
                .containsEntry("sub", "ada")
                .containsEntry("iat", ISSUED)
                .containsEntry("iss", "https://tenant.example.test/oidc")
                .doesNotContainKey("typ")
                .isSameAs(jwt.getClaims())
                .isUnmodifiable();
        assertThat(jwt.getSubject()).isEqualTo("ada");
        assertThat(jwt.getId()).isEqualTo("id");
        assertThat(jwt.getAttributes()).isEqualTo(jwt.getClaims());
    }

    @Test
    void claimsWhenReadOneByOneThenAreTheConvertedOnes() {
        Map<String, Object> expected =
                MappedJwtClaimSetConverter.withDefaults(Map.of()).convert(token.claims());

        assertThat(new AccessTokenJwt("a.b.c", token).getClaims().get("sub")).isEqualTo("ada");
        assertThat(new AccessTokenJwt("a.b.c", token).hasClaim("cnf")).isFalse();
        assertThat(new AccessTokenJwt("a.b.c", token).getClaimAsMap("cnf")).isNull();
        assertThat(new AccessTokenJwt("a.b.c", token).getClaims().get(null)).isNull();
        expected.forEach((name, value) -> {
            assertThat(new AccessTokenJwt("a.b.c", token).getClaims().get(name)).isEqualTo(value);
            assertThat(new AccessTokenJwt("a.b.c", token).hasClaim(name)).isTrue();
        });
        assertThat(new AccessTokenJwt("a.b.c", token).getClaims()).isEqualTo(expected);
    }

    /** Spring Security asks for it at each request. */
    @Test
    void hasClaimWhenOnlyCnfIsAskedForThenNoClaimIsParsed() {
        AccessTokenJwt unparsed = new AccessTokenJwt("a.b.c", UnsignedTokens.withoutClaims("acme", "ada", ISSUED));

        assertThat(unparsed.getClaimAsMap("cnf")).isNull();
        assertThatIllegalStateException().isThrownBy(() -> unparsed.hasClaim("sub"));
    }

    @Test
    void serializeThenTheCopyIsAPlainJwt() throws Exception {
        Object copy = deserialized(serialized(jwt));

        assertThat(copy).isExactlyInstanceOf(Jwt.class);
        assertThat(((Jwt) copy).getClaims()).isEqualTo(jwt.getClaims());
        assertThat(((Jwt) copy).getTokenValue()).isEqualTo("a.b.c");
    }

    private static byte[] serialized(Object object) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        return bytes.toByteArray();
    }

    private static Object deserialized(byte[] bytes) throws Exception {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return in.readObject();
        }
    }
}
