package io.scopeguard.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.ECKey;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.InvalidTokenException.Reason;
import io.scopeguard.scope.Audience;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A token is verified once. Changeable conditions are checked each time. */
class VerifiedTokensTests {

    private static final Duration SKEW = Duration.ofSeconds(60);

    private final MovableClock clock = MovableClock.atNoon();
    private final TestTokens tokens = new TestTokens(clock);
    private final AtomicReference<Audience> closed = new AtomicReference<>();
    private final AccessTokenVerifier verifier = tokens.verifierBuilder(clock)
            .clockSkew(SKEW)
            .accepting(audience -> !audience.equals(closed.get()))
            .build();

    @AfterEach
    void stop() {
        verifier.close();
        tokens.close();
    }

    @Test
    void verifyWhenSeenBeforeThenSameToken() {
        String token = tokens.organization("acme").compact();

        assertThat(verifier.verify(token)).isSameAs(verifier.verify(token));
    }

    @Test
    void verifyWhenAnotherTokenHasTheSignatureOfAKnownOneThenWrongSignature() {
        String known = tokens.organization("acme").compact();
        String other = tokens.organization("globex").compact();
        verifier.verify(known);

        assertRefused(
                other.substring(0, other.lastIndexOf('.')) + known.substring(known.lastIndexOf('.')),
                Reason.WRONG_SIGNATURE);
    }

    @Test
    void verifyWhenSeenBeforeAndExpiredMeanwhileThenExpired() {
        String token = tokens.organization("acme").compact();
        verifier.verify(token);

        clock.advance(TestTokens.LIFETIME.plus(SKEW).minusSeconds(1));
        verifier.verify(token);
        clock.advance(Duration.ofSeconds(1));

        assertRefused(token, Reason.EXPIRED);
    }

    @Test
    void verifyWhenSeenBeforeAndClockIsSetBackThenNotYetValid() {
        String token = tokens.organization("acme").compact();
        verifier.verify(token);

        clock.advance(SKEW.plusSeconds(1).negated());

        assertRefused(token, Reason.NOT_YET_VALID);
    }

    @Test
    void verifyWhenSeenBeforeAndNobodyTakesItAnyMoreThenWrongAudience() {
        String token = tokens.organization("acme").compact();
        verifier.verify(token);

        closed.set(Audience.ORGANIZATION);

        assertRefused(token, Reason.WRONG_AUDIENCE);
    }

    @Test
    void verifyWhenItsKeyIsNoLongerPublishedThenNotAccepted() {
        String before = tokens.organization("acme").compact();
        verifier.verify(before);
        ECKey next = TestTokens.newKey("next");
        tokens.publish(next);
        String after = TestTokens.sign(
                TestTokens.header(JWSAlgorithm.ES256, "next").build(),
                tokens.organization("acme").json(),
                next);

        verifier.verify(after);

        // No further fetch is due that could show the old key again.
        assertThatExceptionOfType(KeysUnavailableException.class).isThrownBy(() -> verifier.verify(before));
        assertThat(verifier.verify(after)).isNotNull();
    }

    @Test
    void verifyWhenItsKeyIdBelongsToAnotherKeyNowThenWrongSignature() {
        String before = tokens.organization("acme").compact();
        verifier.verify(before);
        ECKey impostor = TestTokens.newKey(tokens.key().getKeyID());
        ECKey next = TestTokens.newKey("next");
        tokens.publish(impostor, next);
        verifier.verify(TestTokens.sign(
                TestTokens.header(JWSAlgorithm.ES256, "next").build(),
                tokens.organization("acme").json(),
                next));

        assertRefused(before, Reason.WRONG_SIGNATURE);
    }

    @Test
    void verifyWhenFloodedWithWrongSignaturesThenGoodTokenIsStillKnown() {
        String good = tokens.organization("acme").compact();
        AccessToken known = verifier.verify(good);
        String unsigned = good.substring(0, good.lastIndexOf('.') + 1);

        for (int i = 0; i < 40; i++) {
            String bad = unsigned + String.format("%0128d", i);
            assertRefused(bad, Reason.WRONG_SIGNATURE);
            assertRefused(bad, Reason.WRONG_SIGNATURE);
        }

        assertThat(verifier.verify(good)).isSameAs(known);
    }

    @Test
    void verifyWhenSpelledDifferentlyThenNotTheSameToken() {
        String token = tokens.organization("acme").compact();
        verifier.verify(token);

        assertRefused(token + "=", Reason.MALFORMED);
        assertRefused(token.replace('.', '~'), Reason.OPAQUE);
    }

    @Test
    void addWhenThereIsNoRoomThenOthersAreForgotten() throws Exception {
        VerificationKey key = new VerificationKey(TestTokens.newKey("key").toPublicJWK());
        AccessToken token = verifier.verify(tokens.organization("acme").compact());
        VerifiedTokens cache = new VerifiedTokens(clock, SKEW, 100_000);

        IntStream.range(0, 1_000)
                .forEach(i -> cache.add(String.format("%0600d", i), new VerifiedTokens.Verified(token, key)));

        // At most as many as take 100,000 bytes, of at least twice the size of their text.
        assertThat(IntStream.range(0, 1_000)
                        .filter(i -> cache.get(String.format("%0600d", i)) != null)
                        .count())
                .isBetween(10L, 83L);
    }

    @ParameterizedTest
    @CsvSource({"64, 8", "512, 64", "2048, 256", "65536, 256"})
    void maxBytesThenAnEighthOfTheHeapWithinLimits(long heap, long expected) {
        assertThat(VerifiedTokens.maxBytes(heap << 20)).isEqualTo(expected << 20);
    }

    private void assertRefused(String token, Reason reason) {
        assertThatExceptionOfType(InvalidTokenException.class)
                .isThrownBy(() -> verifier.verify(token))
                .extracting(InvalidTokenException::reason)
                .isEqualTo(reason);
    }
}
