package io.scopeguard.token;

import java.math.BigInteger;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Recognizes RSA keys with a known weakness: a faulty library generated them so that the private key can be computed from the
 * public one (ROCA, CVE-2017-15361). The primes of such keys are powers of 65537 modulo each small prime, and so is their product.
 * About one ordinary modulus in 2^27 has this property, too.
 */
final class RocaFingerprint {

    private static final int GENERATOR = 65_537;

    /** The largest prime that even the shortest affected keys are built over. */
    private static final int LARGEST_PRIME = 167;

    private static final Map<Integer, BitSet> POWERS_BY_PRIME = powersByPrime();

    private RocaFingerprint() {}

    static boolean isOn(BigInteger modulus) {
        return POWERS_BY_PRIME.entrySet().stream()
                .allMatch(entry -> entry.getValue()
                        .get(modulus.mod(BigInteger.valueOf(entry.getKey())).intValue()));
    }

    private static Map<Integer, BitSet> powersByPrime() {
        Map<Integer, BitSet> powers = new LinkedHashMap<>();
        for (int candidate = 3; candidate <= LARGEST_PRIME; candidate += 2) {
            if (powers.keySet().stream().noneMatch(divides(candidate))) {
                powers.put(candidate, powers(candidate));
            }
        }
        return powers;
    }

    private static Predicate<Integer> divides(int candidate) {
        return prime -> candidate % prime == 0;
    }

    private static BitSet powers(int prime) {
        BitSet powers = new BitSet(prime);
        int power = 1;
        while (!powers.get(power)) {
            powers.set(power);
            power = power * GENERATOR % prime;
        }
        return powers;
    }
}
