package io.scopeguard.token;

import java.math.BigInteger;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Recognizes RSA keys with a known weakness: a faulty library generated them so that the private key can be computed from the
 * public one (ROCA, CVE-2017-15361). The primes of such keys are powers of 65537 modulo each small prime, and so is their product.
 * About one ordinary modulus in 2^27 has this property, too.
 */
final class RocaFingerprint {

    private static final BigInteger GENERATOR = BigInteger.valueOf(65_537);

    /** The largest prime that even the shortest affected keys are built over. */
    private static final int LARGEST_PRIME = 167;

    private static final Map<BigInteger, BitSet> POWERS_BY_PRIME = powersByPrime();

    private RocaFingerprint() {}

    static boolean isOn(BigInteger modulus) {
        return POWERS_BY_PRIME.entrySet().stream()
                .allMatch(entry ->
                        entry.getValue().get(modulus.mod(entry.getKey()).intValue()));
    }

    private static Map<BigInteger, BitSet> powersByPrime() {
        Map<BigInteger, BitSet> powers = new LinkedHashMap<>();
        for (BigInteger prime = BigInteger.valueOf(3);
                prime.intValue() <= LARGEST_PRIME;
                prime = prime.nextProbablePrime()) {
            powers.put(prime, powers(prime));
        }
        return powers;
    }

    private static BitSet powers(BigInteger prime) {
        BitSet powers = new BitSet();
        BigInteger power = BigInteger.ONE;
        while (!powers.get(power.intValue())) {
            powers.set(power.intValue());
            power = power.multiply(GENERATOR).mod(prime);
        }
        return powers;
    }
}
