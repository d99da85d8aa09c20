package io.scopeguard.provider.http;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** HMAC-SHA256 over the bytes of a delivery as they were received, in lower-case hexadecimal. Thread-safe. */
public final class HmacSignature {

    private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");
    private static final String ALGORITHM = "HmacSHA256";

    private final List<SecretKeySpec> keys;

    /**
     * @param keys texts whose UTF-8 bytes are the keys
     */
    public HmacSignature(Collection<String> keys) {
        this.keys = keys.stream()
                .map(key -> new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), ALGORITHM))
                .toList();
    }

    /** Whether a value has the form of a signature: 64 lower-case hexadecimal digits. */
    public static boolean isWellFormed(@Nullable String signature) {
        return signature != null && FORM.matcher(signature).matches();
    }

    /** Whether the signature was made with one of the keys. The comparison takes constant time. */
    public boolean verifies(byte[] body, @Nullable String signature) {
        if (signature == null) {
            return false;
        }
        byte[] given = signature.getBytes(StandardCharsets.UTF_8);
        return keys.stream().anyMatch(key -> MessageDigest.isEqual(sign(key, body), given));
    }

    private static byte[] sign(SecretKeySpec key, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return HexFormat.of().formatHex(mac.doFinal(body)).getBytes(StandardCharsets.UTF_8);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
