package io.scopeguard.spring.authorization;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Names an organization in the log by the first 12 hexadecimal digits of the SHA-256 of its id. */
final class OrganizationHash {

    private static final int DIGITS = 12;

    private OrganizationHash() {}

    static String of(String organization) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(organization.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
