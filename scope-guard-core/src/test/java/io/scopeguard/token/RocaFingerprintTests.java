package io.scopeguard.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Keys that are generated like those of the faulty library are recognized; other keys are not. */
class RocaFingerprintTests {

    private static final BigInteger GENERATOR = BigInteger.valueOf(65_537);

    /** The number of primes that the library used for keys of 2048 bits. */
    private static final BigInteger PRIMORIAL = primorial(126);

    @Test
    void isOnWhenPrimesAreBuiltLikeThatThenTrue() {
        Random random = new Random(7);

        assertThat(IntStream.range(0, 50).mapToObj(i -> weakModulus(random))).allMatch(RocaFingerprint::isOn);
    }

    @Test
    void isOnWhenOnlyOnePrimeIsBuiltLikeThatThenFalse() {
        Random random = new Random(7);

        assertThat(IntStream.range(0, 50).mapToObj(i -> weakPrime(random).multiply(withoutSmallFactors(1024, random))))
                .noneMatch(RocaFingerprint::isOn);
    }

    @Test
    void isOnWhenPrimesAreRandomThenFalse() {
        Random random = new Random(7);

        assertThat(IntStream.range(0, 100)
                        .mapToObj(i -> withoutSmallFactors(512, random).multiply(withoutSmallFactors(512, random))))
                .noneMatch(RocaFingerprint::isOn);
    }

    /** The modulus of a 2048-bit key with the structure that the library produced. The factors need not be prime. */
    static BigInteger weakModulus() {
        return weakModulus(new Random(42));
    }

    private static BigInteger weakModulus(Random random) {
        return weakPrime(random).multiply(weakPrime(random));
    }

    private static BigInteger weakPrime(Random random) {
        BigInteger power = GENERATOR.modPow(new BigInteger(60, random), PRIMORIAL);
        int bits = 1024 - PRIMORIAL.bitLength();
        BigInteger multiple = new BigInteger(bits, random).setBit(bits).multiply(PRIMORIAL);
        BigInteger factor = multiple.add(power);
        return factor.testBit(0) ? factor : factor.add(PRIMORIAL);
    }

    /** Used instead of a prime, because the fingerprint depends on the remainders modulo small primes only. */
    private static BigInteger withoutSmallFactors(int bits, Random random) {
        BigInteger number = new BigInteger(bits, random).setBit(bits - 1);
        while (!number.gcd(PRIMORIAL).equals(BigInteger.ONE)) {
            number = number.add(BigInteger.ONE);
        }
        return number;
    }

    private static BigInteger primorial(int primes) {
        BigInteger prime = BigInteger.TWO;
        BigInteger product = BigInteger.ONE;
        for (int i = 0; i < primes; i++) {
            product = product.multiply(prime);
            prime = prime.nextProbablePrime();
        }
        return product;
    }
}
