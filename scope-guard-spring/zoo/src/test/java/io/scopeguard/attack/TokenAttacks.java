package io.scopeguard.attack;

import static io.scopeguard.attack.Attacks.GRANTED;
import static io.scopeguard.attack.Attacks.INVALID_TOKEN;
import static io.scopeguard.attack.Attacks.UNKNOWN_KEY;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_16;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.ECKey;
import io.scopeguard.spring.support.TenantServer;
import java.math.BigInteger;
import java.util.Base64;
import java.util.List;

/** Attacks on the form, the header and the signature of a token (RFC 8725, RFC 7515). */
final class TokenAttacks {

    private final Target target;
    private final String good;
    private final String claims;
    private final ECKey attacker = TenantServer.newKey("key-1");

    private TokenAttacks(Target target) {
        this.target = target;
        this.good = target.token().signed();
        this.claims = target.claims();
    }

    static void addTo(List<Attack> all, Target target) {
        TokenAttacks tokens = new TokenAttacks(target);
        tokens.algorithms(Attacks.in("algorithm", all));
        tokens.signatures(Attacks.in("signature", all));
        tokens.spellings(Attacks.in("spelling", all));
        tokens.keyReferences(Attacks.in("key reference", all));
        tokens.types(Attacks.in("type", all));
        tokens.headers(Attacks.in("header", all));
        tokens.forms(Attacks.in("form", all));
    }

    private void algorithms(Attacks attacks) {
        for (String none : List.of("none", "None", "NONE", "nOnE", "none ", "")) {
            String header = "{\"alg\":\"" + none + "\",\"typ\":\"at+jwt\",\"kid\":\"key-1\"}";
            String unsigned = Forge.unsigned(header, claims);
            attacks.add("alg '" + none + "' without a signature", target.getReports(unsigned + "."), INVALID_TOKEN);
            attacks.add("alg '" + none + "' without the last dot", target.getReports(unsigned), INVALID_TOKEN);
            attacks.add(
                    "alg '" + none + "' with a genuine signature",
                    target.getReports(unsigned + good.substring(good.lastIndexOf('.'))),
                    INVALID_TOKEN);
        }
        for (String value : List.of("null", "1", "[]", "{}", "[\"ES384\"]", "true")) {
            attacks.add(
                    "alg is " + value,
                    signed("{\"alg\":" + value + ",\"typ\":\"at+jwt\",\"kid\":\"key-1\"}"),
                    INVALID_TOKEN);
        }
        attacks.add("no alg", signed("{\"typ\":\"at+jwt\",\"kid\":\"key-1\"}"), INVALID_TOKEN);
        for (String other : List.of(
                "ES256",
                "ES512",
                "ES256K",
                "RS256",
                "RS512",
                "PS256",
                "PS384",
                "EdDSA",
                "Ed25519",
                "es384",
                "ES384 ",
                "HS384",
                "dir",
                "A128KW",
                "RSA-OAEP",
                "ECDH-ES",
                "ML-DSA-65")) {
            attacks.add(
                    "signed by ES384, and called " + other,
                    signed("{\"alg\":\"" + other + "\",\"typ\":\"at+jwt\",\"kid\":\"key-1\"}"),
                    INVALID_TOKEN);
        }
        for (String hash : List.of("256", "384", "512")) {
            secrets(attacks, hash);
        }
    }

    /** The public key as the secret of an HMAC, in each of its common forms. */
    private void secrets(Attacks attacks, String hash) {
        String header = "{\"alg\":\"HS" + hash + "\",\"typ\":\"at+jwt\",\"kid\":\"key-1\"}";
        byte[] der = der();
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END PUBLIC KEY-----\n";
        String jwk = target.tenant.key().toPublicJWK().toJSONString();
        List<byte[]> secrets = List.of(
                der,
                pem.getBytes(US_ASCII),
                pem.strip().getBytes(US_ASCII),
                jwk.getBytes(US_ASCII),
                target.tenant.key().getX().decode(),
                "key-1".getBytes(US_ASCII),
                new byte[] {0});
        List<String> names = List.of("DER", "PEM", "PEM without a final newline", "JWK", "x", "kid", "a zero byte");
        for (int i = 0; i < secrets.size(); i++) {
            attacks.add(
                    "HS" + hash + " with the public key as the secret (" + names.get(i) + ")",
                    target.getReports(Forge.hmac("HmacSHA" + hash, header, claims, secrets.get(i))),
                    INVALID_TOKEN);
        }
    }

    private byte[] der() {
        try {
            return target.tenant.key().toECPublicKey().getEncoded();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private void signatures(Attacks attacks) {
        attacks.add("none, this is the genuine token", target.getReports(good), GRANTED);
        BigInteger zero = BigInteger.ZERO;
        BigInteger one = BigInteger.ONE;
        BigInteger order = Forge.order();
        List<List<BigInteger>> numbers = List.of(
                List.of(zero, zero),
                List.of(zero, one),
                List.of(one, zero),
                List.of(one, one),
                List.of(order, order),
                List.of(order, zero),
                List.of(zero, order),
                List.of(order.subtract(one), order.subtract(one)),
                List.of(order.add(one), order.add(one)));
        for (List<BigInteger> pair : numbers) {
            attacks.add(
                    "r=" + pair.get(0).toString(16) + ", s=" + pair.get(1).toString(16),
                    target.getReports(Forge.withSignature(good, pair.get(0), pair.get(1))),
                    INVALID_TOKEN);
        }
        attacks.add(
                "negated s, which is as valid as the original", target.getReports(Forge.withNegatedS(good)), GRANTED);
        attacks.add("in DER", target.getReports(Forge.withDerSignature(good, target.tenant.key())), INVALID_TOKEN);
        attacks.add("empty", target.getReports(Forge.withSignature(good, "")), INVALID_TOKEN);
        attacks.add("one zero byte", target.getReports(Forge.withSignature(good, "AA")), INVALID_TOKEN);
        attacks.add(
                "all zero, of P-256's length",
                target.getReports(Forge.withSignature(good, Forge.base64(new byte[64]))),
                INVALID_TOKEN);
        attacks.add(
                "all zero, of P-521's length",
                target.getReports(Forge.withSignature(good, Forge.base64(new byte[132]))),
                INVALID_TOKEN);
        attacks.add(
                "of another token",
                target.getReports(Forge.withSignature(good, last(target.token().signed()))),
                INVALID_TOKEN);
        attacks.add("twice", target.getReports(good + last(good)), INVALID_TOKEN);
        attacks.add(
                "by the attacker's key of the same id",
                target.getReports(Forge.sign(target.header(), claims, attacker)),
                INVALID_TOKEN);
        attacks.add(
                "of the header alone",
                target.getReports(
                        Forge.withSignature(good, last(Forge.sign(good.split("\\.")[0], target.tenant.key())))),
                INVALID_TOKEN);
        String[] parts = good.split("\\.");
        attacks.add(
                "for a payload that was changed afterwards",
                target.getReports(parts[0] + "." + Forge.base64(target.claims("\"x\":1")) + "." + parts[2]),
                INVALID_TOKEN);
        attacks.add(
                "for a header that was changed afterwards",
                target.getReports(Forge.base64(target.header("\"x\":1")) + "." + parts[1] + "." + parts[2]),
                INVALID_TOKEN);
    }

    private void spellings(Attacks attacks) {
        int dot = good.lastIndexOf('.');
        String head = good.substring(0, dot + 1);
        String signature = last(good);
        attacks.add("padding", target.getReports(good + "="), INVALID_TOKEN);
        attacks.add("standard alphabet", target.getReports(head + "+/" + signature.substring(2)), INVALID_TOKEN);
        attacks.add(
                "tilde in the signature",
                target.getReports(head + signature.substring(0, 9) + "~" + signature.substring(9)),
                INVALID_TOKEN);
        attacks.add("dot at the end", target.getReports(good + "."), INVALID_TOKEN);
        attacks.add("dot at the start", target.getReports("." + good), INVALID_TOKEN);
        attacks.add("one character less", target.getReports(good.substring(0, good.length() - 1)), INVALID_TOKEN);
        attacks.add("one character more", target.getReports(good + "A"), INVALID_TOKEN);
        attacks.add(
                "unused bits in the header",
                target.getReports(Forge.base64(target.header() + " ") + "B" + good.substring(good.indexOf('.'))),
                INVALID_TOKEN);
        attacks.add("percent-encoded dot", target.getReports(good.replaceFirst("\\.", "%2E")), INVALID_TOKEN);
        attacks.add(
                "a space inside",
                target.getReports(good.substring(0, 50) + " " + good.substring(50)),
                Attacks.INVALID_REQUEST);
        attacks.add(
                "a tab inside", target.getReports(good.substring(0, 50) + "\t" + good.substring(50)), INVALID_TOKEN);
        attacks.add(
                "a byte over 127 inside",
                target.getReports(good.substring(0, 50) + "\u00e9" + good.substring(50)),
                INVALID_TOKEN);
        attacks.add("in quotes", target.getReports("\"" + good + "\""), INVALID_TOKEN);
        attacks.add("in angle brackets", target.getReports("<" + good + ">"), INVALID_TOKEN);
    }

    private void keyReferences(Attacks attacks) {
        String jwk = attacker.toPublicJWK().toJSONString();
        String evil = "\"http://127.0.0.1:9/jwks\"";
        attacks.add("the attacker's key as jwk", forged(target.header("\"jwk\":" + jwk)), INVALID_TOKEN);
        attacks.add(
                "the attacker's key as jwk, no kid",
                forged("{\"alg\":\"ES384\",\"typ\":\"at+jwt\",\"jwk\":" + jwk + "}"),
                INVALID_TOKEN);
        attacks.add("jku", forged(target.header("\"jku\":" + evil)), INVALID_TOKEN);
        attacks.add(
                "jku without kid",
                forged("{\"alg\":\"ES384\",\"typ\":\"at+jwt\",\"jku\":" + evil + "}"),
                INVALID_TOKEN);
        attacks.add(
                "jku in front of the issuer's address",
                forged(target.header("\"jku\":\"" + target.tenant.endpoint() + "@127.0.0.1:9/oidc/jwks\"")),
                INVALID_TOKEN);
        attacks.add("x5u", forged(target.header("\"x5u\":" + evil)), INVALID_TOKEN);
        attacks.add("x5c", forged(target.header("\"x5c\":[\"MIIB\"]")), INVALID_TOKEN);
        attacks.add("x5t#S256", forged(target.header("\"x5t#S256\":\"AAAA\"")), INVALID_TOKEN);
        for (String kid : List.of(
                "../../../../dev/null",
                "/dev/null",
                "key-1' OR '1'='1",
                "key-1; ls",
                "key-1\\u0000",
                "KEY-1",
                " key-1",
                "key-1 ",
                "key-1\\n",
                "http://127.0.0.1:9/",
                "${jndi:ldap://127.0.0.1:9/a}",
                "\\u006bey-2",
                "\\ud800",
                "")) {
            attacks.add(
                    "kid '" + kid + "'",
                    forged("{\"alg\":\"ES384\",\"typ\":\"at+jwt\",\"kid\":\"" + kid + "\"}"),
                    UNKNOWN_KEY);
        }
        attacks.add(
                "kid of 4,000 characters",
                forged("{\"alg\":\"ES384\",\"typ\":\"at+jwt\",\"kid\":\"" + "k".repeat(4000) + "\"}"),
                UNKNOWN_KEY);
        for (String kid : List.of("null", "1", "[]", "{}", "[\"key-1\"]")) {
            attacks.add(
                    "kid is " + kid,
                    signed("{\"alg\":\"ES384\",\"typ\":\"at+jwt\",\"kid\":" + kid + "}"),
                    INVALID_TOKEN);
        }
        attacks.add("no kid", signed("{\"alg\":\"ES384\",\"typ\":\"at+jwt\"}"), INVALID_TOKEN);
        attacks.add(
                "the kid escaped, which is the same kid",
                signed("{\"alg\":\"ES384\",\"typ\":\"at+jwt\",\"kid\":\"\\u006bey-1\"}"),
                GRANTED);
    }

    private void types(Attacks attacks) {
        for (String type : List.of("at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt")) {
            attacks.add("typ " + type + ", which is an access token", signed(typed("\"" + type + "\"")), GRANTED);
        }
        for (String type : List.of(
                "\"JWT\"",
                "\"jwt\"",
                "\"id_token+jwt\"",
                "\"dpop+jwt\"",
                "\"logout+jwt\"",
                "\"secevent+jwt\"",
                "\"token-introspection+jwt\"",
                "\"entity-statement+jwt\"",
                "\"at+jwt \"",
                "\" at+jwt\"",
                "\"at+jwt;a=b\"",
                "\"text/at+jwt\"",
                "\"application/application/at+jwt\"",
                "\"at\"",
                "\"\"",
                "null",
                "1",
                "[\"at+jwt\"]",
                "\"at+\\u017fwt\"",
                "\"at+jwt\\u0000\"")) {
            attacks.add("typ " + type, signed(typed(type)), INVALID_TOKEN);
        }
        attacks.add("no typ", signed("{\"alg\":\"ES384\",\"kid\":\"key-1\"}"), INVALID_TOKEN);
    }

    private void headers(Attacks attacks) {
        attacks.add(
                "crit names an unknown member", signed(target.header("\"crit\":[\"x\"]", "\"x\":1")), INVALID_TOKEN);
        attacks.add("crit names b64", signed(target.header("\"crit\":[\"b64\"]", "\"b64\":false")), INVALID_TOKEN);
        attacks.add("crit names b64=true", signed(target.header("\"crit\":[\"b64\"]", "\"b64\":true")), INVALID_TOKEN);
        attacks.add("crit is empty", signed(target.header("\"crit\":[]")), INVALID_TOKEN);
        attacks.add(
                "crit names exp, as if it were a header's",
                signed(target.header("\"crit\":[\"exp\"]", "\"exp\":1")),
                INVALID_TOKEN);
        attacks.add("crit is a string", signed(target.header("\"crit\":\"exp\"")), INVALID_TOKEN);
        attacks.add("b64=false without crit", signed(target.header("\"b64\":false")), INVALID_TOKEN);
        attacks.add(
                "alg twice, none first",
                signed("{\"alg\":\"none\"," + target.header().substring(1)),
                INVALID_TOKEN);
        attacks.add("alg twice, none last", signed(target.header().replace("}", ",\"alg\":\"none\"}")), INVALID_TOKEN);
        attacks.add(
                "members in another order, which means the same",
                signed("{\"kid\":\"key-1\",\"typ\":\"at+jwt\",\"alg\":\"ES384\"}"),
                GRANTED);
        attacks.add("kid twice", signed(target.header("\"kid\":\"other\"")), INVALID_TOKEN);
        attacks.add("typ twice", signed(target.header("\"typ\":\"JWT\"")), INVALID_TOKEN);
        attacks.add("zip, which means nothing in a signed token", signed(target.header("\"zip\":\"DEF\"")), GRANTED);
        attacks.add("enc", signed(target.header("\"enc\":\"A256GCM\"")), INVALID_TOKEN);
        attacks.add(
                "cty=JWT over plain claims, which only describes", signed(target.header("\"cty\":\"JWT\"")), GRANTED);
        for (String json :
                List.of("null", "[]", "\"\"", "1", "true", "{", "{}", "{}{}", "", " ", "'{}'", "{alg:ES384}")) {
            attacks.add("is " + json, signed(json), INVALID_TOKEN);
        }
        attacks.add("behind a byte order mark", signed("\ufeff" + target.header()), INVALID_TOKEN);
        attacks.add(
                "in UTF-16",
                target.getReports(Forge.sign(utf16(target.header()) + "." + Forge.base64(claims), target.tenant.key())),
                INVALID_TOKEN);
        attacks.add(
                "not UTF-8",
                target.getReports(Forge.sign(
                        Forge.base64OfBytes(target.header("\"x\":\"\u00ff\"")) + "." + Forge.base64(claims),
                        target.tenant.key())),
                INVALID_TOKEN);
        attacks.add(
                "nested 1,500 levels deep",
                signed(target.header("\"x\":" + "[".repeat(1500) + "]".repeat(1500))),
                INVALID_TOKEN);
        attacks.add("never closed, 2,000 levels", signed("[".repeat(2000)), INVALID_TOKEN);
        attacks.add("with trailing text", signed(target.header() + "{}"), INVALID_TOKEN);
        attacks.add("with comments", signed("/**/" + target.header()), INVALID_TOKEN);
    }

    private void forms(Attacks attacks) {
        String jwe = Forge.base64("{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"typ\":\"at+jwt\"}") + "..AAAA.AAAA.AAAA";
        attacks.add("encrypted", target.getReports(jwe), INVALID_TOKEN);
        attacks.add("encrypted, with a key", target.getReports(jwe.replace("..", ".AAAA.")), INVALID_TOKEN);
        attacks.add(
                "a token in a token",
                target.getReports(Forge.sign(target.header("\"cty\":\"JWT\""), good, target.tenant.key())),
                INVALID_TOKEN);
        attacks.add(
                "JSON serialization",
                target.getReports("{\"payload\":\"" + good.split("\\.")[1] + "\"}"),
                INVALID_TOKEN);
        attacks.add("two parts", target.getReports(good.substring(0, good.lastIndexOf('.'))), INVALID_TOKEN);
        attacks.add("four parts", target.getReports(good + ".AAAA"), INVALID_TOKEN);
        attacks.add("no payload", target.getReports(good.split("\\.")[0] + ".." + last(good)), INVALID_TOKEN);
        attacks.add("only dots", target.getReports(".."), INVALID_TOKEN);
        attacks.add("opaque", target.getReports("8bAoZEh3I90dLoaz5zZvlZaDL5_uypx3wFU_JPWZe_F"), INVALID_TOKEN);
        attacks.add("undefined", target.getReports("undefined"), INVALID_TOKEN);
        attacks.add("null", target.getReports("null"), INVALID_TOKEN);
        attacks.add("[object Object]", target.getReports("[object Object]"), INVALID_TOKEN);
        attacks.add("7,000 dots", target.getReports(".".repeat(7000)), INVALID_TOKEN);
        attacks.add("7,000 letters", target.getReports("a".repeat(7000)), INVALID_TOKEN);
        attacks.add("longer than the server reads", target.getReports("a".repeat(70_000)), "400 - - | 431 - -");
    }

    private String signed(String header) {
        return target.getReports(Forge.sign(header, claims, target.tenant.key()));
    }

    private String forged(String header) {
        return target.getReports(Forge.sign(header, claims, attacker));
    }

    private static String typed(String type) {
        return "{\"alg\":\"ES384\",\"kid\":\"key-1\",\"typ\":" + type + "}";
    }

    private static String utf16(String text) {
        return Forge.base64(text.getBytes(UTF_16));
    }

    private static String last(String token) {
        return token.substring(token.lastIndexOf('.') + 1);
    }
}
