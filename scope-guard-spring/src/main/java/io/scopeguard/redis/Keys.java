package io.scopeguard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Names keys in Redis and protects values. Ids are hashed, with the secret if there is one. With a secret, values are
 * authenticated, too: a value that was not written by a replica for this key is rejected. Immutable.
 */
final class Keys {

    private static final String HMAC = "HmacSHA256";
    private static final int KEY_BYTES = 18;
    private static final int TENANT_BYTES = 9;
    private static final int MAC_BYTES = 32;

    private final String prefix;
    private final @Nullable SecretKeySpec secret;

    private Keys(String prefix, @Nullable SecretKeySpec secret) {
        this.prefix = prefix;
        this.secret = secret;
    }

    /**
     * Keys of one tenant.
     *
     * @param provider name of the provider
     * @param tenant distinguishes data that must not be mixed up
     */
    static Keys of(SharingSettings settings, String provider, String tenant) {
        byte[] bytes = settings.secret();
        Keys bare = new Keys("", bytes == null ? null : new SecretKeySpec(bytes, HMAC));
        byte[] digest = Arrays.copyOf(bare.digest(tenant), TENANT_BYTES);
        return new Keys(settings.prefix() + ":" + provider + ":" + text(digest) + ":", bare.secret);
    }

    /** A key in a slot of its own. */
    byte[] of(String kind, String name) {
        byte[] digest = Arrays.copyOf(digest(kind + '\n' + name), KEY_BYTES);
        return bytes(prefix + kind + ":" + text(digest));
    }

    private static String text(byte[] digest) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    }

    /** A key of data that all replicas share; all such keys are in one slot. */
    byte[] common(String kind) {
        return bytes("{" + prefix + "}" + kind);
    }

    /** A value with a message authentication code for this key. */
    byte[] sealed(byte[] key, byte[] value) {
        if (secret == null) {
            return value;
        }
        byte[] seal = mac(secret, key, value);
        byte[] joined = Arrays.copyOf(seal, MAC_BYTES + value.length);
        System.arraycopy(value, 0, joined, MAC_BYTES, value.length);
        return joined;
    }

    /** The value without its message authentication code; {@code null} if the code is wrong. */
    byte @Nullable [] unsealed(byte[] key, byte[] sealed) {
        if (secret == null) {
            return sealed;
        }
        if (sealed.length < MAC_BYTES) {
            return null;
        }
        byte[] value = Arrays.copyOfRange(sealed, MAC_BYTES, sealed.length);
        return MessageDigest.isEqual(Arrays.copyOf(sealed, MAC_BYTES), mac(secret, key, value)) ? value : null;
    }

    private byte[] digest(String name) {
        if (secret != null) {
            return mac(secret, bytes(name), new byte[0]);
        }
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes(name));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] mac(SecretKeySpec secret, byte[] key, byte[] value) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(secret);
            mac.update(key);
            mac.update((byte) 0);
            return mac.doFinal(value);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
