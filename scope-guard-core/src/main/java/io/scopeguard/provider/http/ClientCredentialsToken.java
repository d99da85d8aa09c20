package io.scopeguard.provider.http;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.time.SteadyClock;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * The access token for a provider's own API, by the client credentials grant (RFC 6749 §4.4). It is renewed a minute before it
 * expires, and once when the API refuses it. Callers that need a new token at the same time share one request. While the present
 * token is valid, other callers continue to use it. Thread-safe, without locks.
 */
public final class ClientCredentialsToken {

    /** An issuer that can be shown to people unchanged. */
    private static final Pattern ISSUER = Pattern.compile("https?://[A-Za-z0-9._~:/\\[\\]-]{1,200}");

    private static final Duration RENEW_AHEAD = Duration.ofMinutes(1);

    /** The maximum lifetime, even if the provider reports a longer one. */
    private static final Duration MAX_LIFETIME = Duration.ofDays(1);

    /**
     * If only tokens reveal the provider's time, the first tokens are renewed soon, because a single time has an uncertainty of at
     * least a second.
     */
    private static final int FIRST_SAMPLES = 4;

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
    private static final Duration SAMPLE_PAUSE = Duration.ofSeconds(30);

    private final HttpCalls calls;
    private final HttpRequest.Builder request;
    private final Function<ReceivedResponse, Grant> reader;
    private final SteadyClock clock;
    private final AtomicReference<@Nullable Issued> issued = new AtomicReference<>();
    private final SharedCall<Issued> renewal = new SharedCall<>();
    private final AtomicInteger samples = new AtomicInteger();

    /**
     * @param request requests a token, see {@link #request}
     * @param reader reads the response, whatever its status; throws {@link SettingRefusedException} if the provider refuses the
     *     settings, or {@link PermissionsUnavailableException} if the response is not usable
     */
    public ClientCredentialsToken(
            HttpCalls calls, HttpRequest.Builder request, Function<ReceivedResponse, Grant> reader, SteadyClock clock) {
        this.calls = calls;
        this.request = request.copy();
        this.reader = reader;
        this.clock = clock;
    }

    /**
     * A token request with HTTP Basic client authentication (RFC 6749 §2.3.1).
     *
     * @param parameters in addition to {@code grant_type}
     */
    public static HttpRequest.Builder request(
            URI tokenEndpoint, String clientId, String clientSecret, Map<String, String> parameters) {
        StringBuilder form = new StringBuilder();
        new TreeMap<>(parameters)
                .forEach((name, value) ->
                        form.append('&').append(encode(name)).append('=').append(encode(value)));
        return request(tokenEndpoint, form.toString())
                .header("Authorization", "Basic " + base64(encode(clientId) + ":" + encode(clientSecret)));
    }

    /**
     * A token request without a secret, as a public client would send it. No provider grants it, but the error shows the reason.
     */
    public static HttpRequest.Builder publicRequest(URI tokenEndpoint, String clientId) {
        return request(tokenEndpoint, "&client_id=" + encode(clientId));
    }

    private static HttpRequest.Builder request(URI tokenEndpoint, String form) {
        return HttpRequest.newBuilder(tokenEndpoint)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("grant_type=client_credentials" + form));
    }

    /**
     * Makes a call with the token. If the call throws {@link TokenRefusedException}, it is made once more with a new token.
     *
     * @param call receives the token
     * @throws SettingRefusedException if the provider refuses the credentials or the access
     * @throws PermissionsUnavailableException if there is no usable answer
     */
    public <T> T authorize(CallContext context, Function<String, T> call) {
        String bearer = get(context);
        try {
            return call.apply(bearer);
        } catch (TokenRefusedException e) {
            forget(bearer);
            return call.apply(get(context));
        }
    }

    /**
     * The provider's own issuer name: the {@code iss} of our own token. Not verified, and for diagnosis only.
     *
     * @return empty if the token does not contain it
     * @throws SettingRefusedException if the provider refuses the credentials or the access
     * @throws PermissionsUnavailableException if there is no usable answer
     */
    public Optional<String> issuer(CallContext context) {
        return Optional.of(claims(get(context)).path("iss").asString(""))
                .filter(iss -> ISSUER.matcher(iss).matches());
    }

    /** The failure of a token endpoint that refuses a token for a reason that no setting explains. */
    public static PermissionsUnavailableException refused(String provider, int status) {
        return new PermissionsUnavailableException(
                Reason.REFUSED, provider + " refuses to issue an access token for its API: status " + status + ".");
    }

    /** The claims of a token, not verified; none if it is opaque. */
    private static JsonNode claims(String token) {
        String[] parts = token.split("\\.", -1);
        try {
            return Json.parse(Base64.getUrlDecoder().decode(parts.length == 3 ? parts[1] : ""));
        } catch (IllegalArgumentException | PermissionsUnavailableException e) {
            return MissingNode.getInstance();
        }
    }

    /** The present token, or a new one if it has expired. */
    private String get(CallContext context) {
        Issued known = issued.get();
        long now = clock.nanos();
        if (known == null || known.isExpired(now)) {
            return renewed(context).value();
        }
        return known.isDue(now) && renewal.isIdle() ? renewedAhead(known, context) : known.value();
    }

    /** Forgets the token, unless another one has replaced it. */
    private void forget(String value) {
        Issued known = issued.get();
        if (known != null && known.value().equals(value)) {
            issued.compareAndSet(known, null);
        }
    }

    /** The present token is valid for another minute, so if a renewal fails, a later call tries again. */
    private String renewedAhead(Issued known, CallContext context) {
        try {
            return renewed(context).value();
        } catch (PermissionsUnavailableException e) {
            return known.value();
        }
    }

    private Issued renewed(CallContext context) {
        return renewal.join(context, shared -> {
            Issued known = issued.get();
            // Another renewal may have ended since the caller checked.
            Issued valid = known == null || known.isDue(clock.nanos()) ? ask(shared) : known;
            issued.set(valid);
            return valid;
        });
    }

    private Issued ask(CallContext context) {
        long start = clock.nanos();
        Duration pause = samples.getAndIncrement() < FIRST_SAMPLES ? FIRST_PAUSE : SAMPLE_PAUSE;
        Issued issued = calls.send(
                        "token",
                        request.copy(),
                        context,
                        response -> Optional.of(new Issued(reader.apply(response), start, pause)))
                .orElseThrow(Json::malformed);
        Instant issuedAt = issued.grant.issuedAt();
        if (issuedAt != null) {
            calls.learn(issuedAt, start);
        }
        return issued;
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private static String base64(String value) {
        return Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The grant of the token endpoint.
     *
     * @param value the access token
     * @param lifetime how long it is valid; more than a day counts as a day
     * @param issuedAt when it was issued, by the provider's clock, or {@code null} if the response has a {@code Date}
     */
    public record Grant(
            String value, Duration lifetime, @Nullable Instant issuedAt) {

        public Grant {
            lifetime = lifetime.compareTo(MAX_LIFETIME) < 0 ? lifetime : MAX_LIFETIME;
        }

        /** Reads a successful token response (RFC 6749 §5.1). */
        public static Grant of(JsonNode body) {
            long seconds = Math.min(Json.member(body, "expires_in").asLong(0), MAX_LIFETIME.toSeconds());
            return new Grant(Json.text(body, "access_token"), Duration.ofSeconds(seconds), null);
        }

        /**
         * The same grant with the token's own {@code iat}, for a provider whose responses have no {@code Date}. Such tokens are
         * renewed every half minute, so that their dates reveal the provider's time.
         */
        public Grant dated() {
            JsonNode iat = claims(value).path("iat");
            return iat.isNumber() ? new Grant(value, lifetime, Instant.ofEpochSecond(iat.asLong(0))) : this;
        }

        /** The description without the token. */
        @Override
        public String toString() {
            return "Grant[lifetime=" + lifetime + "]";
        }
    }

    /**
     * A token.
     *
     * @param start when it was requested, by the steady clock
     * @param pause the time until the next token is requested, if its date is used to learn the provider's time
     */
    private record Issued(Grant grant, long start, Duration pause) {

        String value() {
            return grant.value;
        }

        boolean isDue(long now) {
            return now - start >= dueAfter().toNanos();
        }

        private Duration dueAfter() {
            Duration half = grant.lifetime.dividedBy(2);
            Duration ahead = half.compareTo(RENEW_AHEAD) < 0 ? half : RENEW_AHEAD;
            Duration due = grant.lifetime.minus(ahead);
            return grant.issuedAt != null && pause.compareTo(due) < 0 ? pause : due;
        }

        boolean isExpired(long now) {
            return now - start >= grant.lifetime.toNanos();
        }
    }
}
