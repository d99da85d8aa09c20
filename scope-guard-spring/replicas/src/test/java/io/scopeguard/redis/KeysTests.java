package io.scopeguard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeysTests {

    private static final String NAME = "membership\nUSER\nacme\nalice";
    private static final byte[] VALUE = "value".getBytes(UTF_8);

    @Test
    void ofWhenThereIsNoSecretThenTheIdIsHashed() throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(("answer\n" + NAME).getBytes(UTF_8));
        String hash = Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, 18));

        assertThat(key(null))
                .startsWith("test:company:")
                .endsWith(":answer:" + hash)
                .doesNotContain("alice", "acme");
    }

    @Test
    void ofWhenThereIsASecretThenNobodyWithoutItFindsTheKey() {
        assertThat(key(secret(1)))
                .isEqualTo(key(secret(1)))
                .isNotEqualTo(key(secret(2)))
                .isNotEqualTo(key(null));
        assertThat(key(secret(1))).doesNotContain("alice", "acme");
    }

    @Test
    void unsealedWhenTheValueIsThatOfAnotherKeyOrSecretThenRejected() {
        Keys keys = keys(secret(1));
        byte[] alice = keys.of("answer", "alice");
        byte[] sealed = keys.sealed(alice, VALUE);

        assertThat(keys.unsealed(alice, sealed)).isEqualTo(VALUE);
        assertThat(keys.unsealed(keys.of("answer", "bob"), sealed)).isNull();
        assertThat(keys(secret(2)).unsealed(alice, sealed)).isNull();
        assertThat(keys.unsealed(alice, VALUE)).isNull();
    }

    @Test
    void commonWhenSeveralThenTheyAreInOneSlotOfACluster() {
        String key = new String(keys(null).common("changes"), UTF_8);

        assertThat(key).startsWith("{test:company:").contains("}changes");
    }

    private static String key(byte @Nullable [] secret) {
        return new String(keys(secret).of("answer", NAME), UTF_8);
    }

    private static Keys keys(byte @Nullable [] secret) {
        return Keys.of(Replica.settings(secret), "company", "https://company.example");
    }

    private static byte[] secret(int fill) {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) fill);
        return secret;
    }
}
