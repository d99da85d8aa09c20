package io.scopeguard.token;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.util.JSONObjectUtils;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.InvalidTokenException.Reason;
import io.scopeguard.provider.TokenClaims;
import io.scopeguard.provider.TokenReader;
import io.scopeguard.scope.Audience;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.VerifiedTokens.Verified;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Verifies JWT access tokens (RFC 9068, RFC 8725) of one provider. Cheap checks come first, the signature last. Thread-safe.
 *
 * <pre>{@code
 * AccessTokenVerifier verifier = AccessTokenVerifier.builder(logto, List.of(api)).build();
 * AccessToken token = verifier.verify(bearerToken);
 * }</pre>
 *
 * @since 0.1
 */
public final class AccessTokenVerifier implements AutoCloseable {

    private static final String TYPE_PREFIX = "application/";
    static final int MAX_LENGTH = 64 * 1024;

    private final List<String> issuers;
    private final TokenReader reader;
    private final Set<String> types;
    private final Predicate<Audience> accepted;
    private final SigningKeys keys;
    private final VerifiedTokens verified;
    private final Clock clock;
    private final Duration clockSkew;

    private AccessTokenVerifier(Builder builder, SigningKeys keys) {
        this.issuers = builder.issuers;
        this.reader = builder.reader;
        this.types = reader.types();
        this.keys = keys;
        this.verified = new VerifiedTokens(builder.clock, builder.clockSkew);
        this.accepted = builder.accepted;
        this.clock = builder.clock;
        this.clockSkew = builder.clockSkew;
    }

    /**
     * Starts a verifier of a provider's access tokens.
     *
     * @param resources the API's own resources
     */
    public static Builder builder(IdentityProvider provider, Collection<Audience> resources) {
        return builder(provider.issuers(), provider.jwkSetUri(), provider.tokenReader(resources))
                .clock(provider.clock().steady().wallClock())
                .keyTimeout(provider.timeout());
    }

    /**
     * Starts a verifier.
     *
     * @param issuers the accepted {@code iss} values, compared exactly; one tenant may have several
     * @param jwkSetUri where the signing keys are published
     */
    public static Builder builder(Collection<String> issuers, URI jwkSetUri, TokenReader reader) {
        return new Builder(issuers, jwkSetUri, reader);
    }

    /** The accepted values of {@code alg} (RFC 7518 §3.1). */
    public static Set<String> algorithms() {
        return KeyPolicy.algorithms();
    }

    /** The accepted {@code iss} values, the principal one first. */
    public List<String> issuers() {
        return issuers;
    }

    /**
     * Verifies a compact token. For a token that was verified before, only its times and the published keys are checked.
     *
     * @throws InvalidTokenException if the token is not valid
     * @throws KeysUnavailableException if the signing keys are unavailable
     */
    public AccessToken verify(String token) {
        Verified known = verified.get(token);
        if (known != null && keys.publishes(known.key())) {
            checkAcceptance(known.token());
            return known.token();
        }
        Verified fresh = verifyAnew(token);
        verified.add(token, fresh);
        return fresh.token();
    }

    /** Whether this verifier has verified the token before and remembers it. The token may have become invalid. */
    public boolean knows(String token) {
        return verified.get(token) != null;
    }

    /** The unverified issuer in a token, or {@code null} if the token cannot be read. */
    public static @Nullable String unverifiedIssuer(String token) {
        try {
            CompactSerialization.check(token, MAX_LENGTH);
            return claims(payload(parse(token))).textIfPresent("iss");
        } catch (InvalidTokenException e) {
            return null;
        }
    }

    /**
     * Begins to fetch the signing keys, unless a fetch began recently, and does not wait for them. Otherwise the first token waits. If
     * the fetch fails, the first token tries again.
     */
    public void prefetchKeys() {
        keys.renewIfDue();
    }

    /** Stops refreshing the keys. */
    @Override
    public void close() {
        keys.close();
    }

    private Verified verifyAnew(String token) {
        CompactSerialization.check(token, MAX_LENGTH);
        if (verified.isWrong(token)) {
            throw wrongSignature();
        }
        JWSObject jws = parse(token);
        String payload = payload(jws);
        TokenClaims claims = claims(payload);
        checkIssuer(claims);
        checkHeader(jws.getHeader());
        AccessToken accessToken = read(claims, payload, token.substring(token.lastIndexOf('.') + 1));
        checkAcceptance(accessToken);
        VerificationKey key = key(jws.getHeader());
        if (!key.verifies(jws)) {
            verified.addWrong(token);
            throw wrongSignature();
        }
        return new Verified(accessToken, key);
    }

    private static JWSObject parse(String token) {
        try {
            JWSObject jws = JWSObject.parse(token);
            var unused = text(jws.getHeader().toBase64URL().decode());
            return jws;
        } catch (ParseException | CharacterCodingException | RuntimeException e) {
            // The parser throws undeclared exceptions, such as a NullPointerException for a header that is JSON's null.
            throw malformed();
        }
    }

    private static String payload(JWSObject jws) {
        try {
            return text(jws.getPayload().toBytes());
        } catch (CharacterCodingException e) {
            throw malformed();
        }
    }

    /**
     * Decodes UTF-8, and rejects malformed text. The parser would replace malformed bytes and read a different text than was signed
     * (RFC 7515 §5.2, RFC 7519 §7.2).
     */
    private static String text(byte[] json) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
    }

    private static TokenClaims claims(String payload) {
        try {
            Map<String, Object> claims = JSONObjectUtils.parse(payload);
            if (claims != null) {
                return new TokenClaims(claims);
            }
        } catch (ParseException e) {
            // As for JSON's null.
        }
        throw new InvalidTokenException(Reason.MALFORMED, "The token's payload is not a JSON object.");
    }

    /** The first check, because any other error message about a foreign token would mislead the client's developer. */
    private void checkIssuer(TokenClaims claims) {
        if (claims.has("iss") && !issuers.contains(claims.text("iss"))) {
            throw new InvalidTokenException(Reason.WRONG_ISSUER, "The token is from another issuer.");
        }
    }

    private void checkHeader(JWSHeader header) {
        if (!KeyPolicy.accepts(header.getAlgorithm())) {
            throw new InvalidTokenException(
                    Reason.UNSUPPORTED_ALGORITHM, "The token's algorithm is not one of ES256, ES384, ES512, RS256.");
        }
        if (header.getType() == null || !types.contains(bare(header.getType().getType()))) {
            throw notAnAccessToken("its type is not " + types.stream().sorted().collect(Collectors.joining(" or ")));
        }
        if (header.getCriticalParams() != null || header.getKeyID() == null) {
            throw new InvalidTokenException(
                    Reason.MALFORMED, "The token's header needs a kid and may not have critical parameters.");
        }
    }

    /** A media type without the optional prefix (RFC 7515 §4.1.9). */
    private static String bare(String type) {
        String lower = type.toLowerCase(Locale.ROOT);
        return lower.startsWith(TYPE_PREFIX) ? lower.substring(TYPE_PREFIX.length()) : lower;
    }

    private AccessToken read(TokenClaims claims, String payload, String signature) {
        if (claims.has("nonce") || claims.has("at_hash")) {
            throw notAnAccessToken("an access token has neither nonce nor at_hash");
        }
        if (claims.has("cnf")) {
            throw new InvalidTokenException(
                    Reason.BOUND,
                    "The token is bound to its sender by cnf, which this API cannot verify: request a bearer token.");
        }
        AccessToken token = AccessToken.of(reader.read(claims), claims, payload, signature);
        if (!token.expiresAt().isAfter(token.issuedAt())) {
            throw new InvalidTokenException(Reason.INVALID_CLAIM, "The token expires before it is issued.");
        }
        return token;
    }

    /** The checks whose result may change during a token's lifetime: its audience and its times. */
    private void checkAcceptance(AccessToken token) {
        if (!isAccepted(token)) {
            throw new InvalidTokenException(
                    Reason.WRONG_AUDIENCE, "No operation of this API takes tokens of this kind.");
        }
        Instant now = clock.instant();
        if (isExpired(token, now)) {
            throw new InvalidTokenException(Reason.EXPIRED, "The token has expired.");
        }
        if (token.notBefore().isAfter(now.plus(clockSkew))) {
            throw new InvalidTokenException(Reason.NOT_YET_VALID, "The token is not valid yet.");
        }
    }

    /** Whether a token that was verified before would be rejected now because it has expired. */
    public boolean isExpired(AccessToken token) {
        return isExpired(token, clock.instant());
    }

    /** The skew is subtracted from our own time, because the token's time may be the largest possible one. */
    private boolean isExpired(AccessToken token, Instant now) {
        return !now.minus(clockSkew).isBefore(token.expiresAt());
    }

    private boolean isAccepted(AccessToken token) {
        for (AccessToken view : token.views()) {
            if (accepted.test(view.audience())) {
                return true;
            }
        }
        return false;
    }

    private VerificationKey key(JWSHeader header) {
        VerificationKey key = keys.find(header.getKeyID(), header.getAlgorithm());
        if (key == null) {
            throw new InvalidTokenException(
                    Reason.UNKNOWN_KEY, "The token is signed by a key its issuer does not publish.");
        }
        return key;
    }

    private static InvalidTokenException malformed() {
        return new InvalidTokenException(Reason.MALFORMED, "The token is not a signed JWT in compact serialization.");
    }

    private static InvalidTokenException wrongSignature() {
        return new InvalidTokenException(Reason.WRONG_SIGNATURE, "The token's signature is wrong.");
    }

    private static InvalidTokenException notAnAccessToken(String why) {
        return new InvalidTokenException(Reason.NOT_AN_ACCESS_TOKEN, "Not an access token: " + why + ".");
    }

    /** Collects the settings of a verifier. Not thread-safe. */
    public static final class Builder {

        private final List<String> issuers;
        private final URI jwkSetUri;
        private final TokenReader reader;
        private Clock clock = Clock.systemUTC();
        private SteadyClock steadyClock = SteadyClock.system();
        private Duration clockSkew = Duration.ofSeconds(60);
        private Predicate<Audience> accepted = audience -> true;
        private KeyListener keyListener = KeyListener.none();
        private Duration keyTimeout = IdentityProvider.DEFAULT_TIMEOUT;

        private Builder(Collection<String> issuers, URI jwkSetUri, TokenReader reader) {
            if (issuers.isEmpty()) {
                throw new IllegalArgumentException("at least one issuer is accepted");
            }
            this.issuers = List.copyOf(issuers);
            this.jwkSetUri = jwkSetUri;
            this.reader = reader;
        }

        /** The clock for the expiry of tokens; the system's by default. */
        public Builder clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        /** The clock for the age of the issuer's keys; by default, one with the system's time sources. */
        public Builder steadyClock(SteadyClock steadyClock) {
            this.steadyClock = steadyClock;
            return this;
        }

        /** The maximum difference between the issuer's clock and ours; a minute by default. */
        public Builder clockSkew(Duration clockSkew) {
            if (clockSkew.isNegative()) {
                throw new IllegalArgumentException("clockSkew must not be negative, but is " + clockSkew);
            }
            this.clockSkew = clockSkew;
            return this;
        }

        /** Rejects tokens for audiences that no operation of this API accepts. Called for each token. */
        public Builder accepting(Predicate<Audience> accepted) {
            this.accepted = accepted;
            return this;
        }

        /** The listener that receives the outcome of every attempt to fetch the issuer's keys. */
        public Builder keyListener(KeyListener listener) {
            keyListener = listener;
            return this;
        }

        /**
         * The limit on the whole time of an attempt to fetch the issuer's keys; 3 seconds by default. Only requests that need an
         * unknown key wait for it.
         */
        public Builder keyTimeout(Duration timeout) {
            keyTimeout = timeout;
            return this;
        }

        /**
         * Builds the verifier. Nothing is fetched yet.
         *
         * @throws IllegalArgumentException if the address of the keys is neither an http or https URI nor a data URI that contains
         *     them
         */
        public AccessTokenVerifier build() {
            return new AccessTokenVerifier(this, new SigningKeys(jwkSetUri, keyTimeout, keyListener, steadyClock));
        }
    }
}
