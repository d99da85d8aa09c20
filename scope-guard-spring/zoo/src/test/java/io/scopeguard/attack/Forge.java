package io.scopeguard.attack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.ECKey;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Creates JSON Web Signatures with any header and payload, including forbidden ones. */
final class Forge {

    /** The order of P-384 (SEC 2). */
    private static final BigInteger ORDER = new BigInteger(
            "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16);

    private static final int HALF = 48;

    private Forge() {}

    static String base64(String text) {
        return base64(text.getBytes(UTF_8));
    }

    static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Each character is a byte. */
    static String base64OfBytes(String text) {
        return base64(text.getBytes(ISO_8859_1));
    }

    /** Header and payload, not signed yet. */
    static String unsigned(String header, String payload) {
        return base64(header) + "." + base64(payload);
    }

    static String sign(String header, String payload, ECKey key) {
        return sign(unsigned(header, payload), key);
    }

    /** Signs with ES384 and the key, regardless of the header. */
    static String sign(String input, ECKey key) {
        return input + "." + base64(es384(input, key));
    }

    static String hmac(String algorithm, String header, String payload, byte[] secret) {
        String input = unsigned(header, payload);
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(secret, algorithm));
            return input + "." + base64(mac.doFinal(input.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The token with a signature made of two numbers. */
    static String withSignature(String token, BigInteger r, BigInteger s) {
        byte[] signature = new byte[2 * HALF];
        put(signature, 0, r);
        put(signature, HALF, s);
        return withSignature(token, base64(signature));
    }

    static String withSignature(String token, String signature) {
        return token.substring(0, token.lastIndexOf('.') + 1) + signature;
    }

    static BigInteger order() {
        return ORDER;
    }

    /** The other signature that is equally valid, because ECDSA also accepts the negative of s. */
    static String withNegatedS(String token) {
        byte[] signature = Base64.getUrlDecoder().decode(token.substring(token.lastIndexOf('.') + 1));
        BigInteger r = new BigInteger(1, Arrays.copyOf(signature, HALF));
        BigInteger s = new BigInteger(1, Arrays.copyOfRange(signature, HALF, 2 * HALF));
        return withSignature(token, r, ORDER.subtract(s));
    }

    /** The signature as Java and OpenSSL write it, rather than as RFC 7518 §3.4 does. */
    static String withDerSignature(String token, ECKey key) {
        String input = token.substring(0, token.lastIndexOf('.'));
        return input + "." + base64(signature("SHA384withECDSA", input, key));
    }

    private static byte[] es384(String input, ECKey key) {
        return signature("SHA384withECDSAinP1363Format", input, key);
    }

    private static byte[] signature(String algorithm, String input, ECKey key) {
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key.toECPrivateKey());
            signature.update(input.getBytes(ISO_8859_1));
            return signature.sign();
        } catch (GeneralSecurityException | JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void put(byte[] signature, int offset, BigInteger number) {
        byte[] bytes = number.toByteArray();
        int length = Math.min(HALF, bytes.length);
        System.arraycopy(bytes, bytes.length - length, signature, offset + HALF - length, length);
    }
}
