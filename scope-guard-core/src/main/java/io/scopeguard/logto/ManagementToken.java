package io.scopeguard.logto;

import io.scopeguard.logto.LogtoAccessException.Refusal;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.scope.Scopes;
import io.scopeguard.time.SteadyClock;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The access token for Logto's Management API, by client credentials. Renewed a minute before it expires, and once when the API
 * refuses it. All who need a new one share one request; while the present one is still valid, the others go on with it.
 * Thread-safe, without locks.
 */
final class ManagementToken {

    private static final String SCOPE = "all";

    /** What can be shown to people as it is. */
    private static final Pattern ISSUER = Pattern.compile("https?://[A-Za-z0-9._~:/\\[\\]-]{1,200}");

    private static final Duration RENEW_AHEAD = Duration.ofMinutes(1);

    /** However long Logto says that it is valid. */
    private static final Duration MAX_LIFETIME = Duration.ofDays(1);

    private final HttpCalls calls;
    private final URI tokenEndpoint;
    private final String authorization;
    private final String form;
    private final SteadyClock clock;
    private final AtomicReference<@Nullable Issued> issued = new AtomicReference<>();
    private final SharedCall<Issued> renewal = new SharedCall<>();

    ManagementToken(
            HttpCalls calls,
            URI tokenEndpoint,
            String appId,
            String appSecret,
            String managementResource,
            SteadyClock clock) {
        this.calls = calls;
        this.tokenEndpoint = tokenEndpoint;
        this.authorization = "Basic " + base64(encode(appId) + ":" + encode(appSecret));
        this.form = "grant_type=client_credentials&scope=" + SCOPE + "&resource=" + encode(managementResource);
        this.clock = clock;
    }

    /**
     * A token that is valid as far as we know.
     *
     * @throws LogtoAccessException if Logto refuses the credentials or the access
     * @throws PermissionsUnavailableException if it does not answer
     */
    String get(CallContext context) {
        Issued known = issued.get();
        long now = clock.nanos();
        if (known == null || known.isExpired(now)) {
            return renewed(context).value;
        }
        return known.isDue(now) && renewal.isIdle() ? renewedAhead(known, context) : known.value;
    }

    /**
     * What Logto calls itself: the {@code iss} of our own token. Not verified, and good for no more than a diagnosis.
     *
     * @return nothing if the token does not say it
     * @throws LogtoAccessException if Logto refuses the credentials or the access
     * @throws PermissionsUnavailableException if it does not answer
     */
    Optional<String> issuer(CallContext context) {
        String[] parts = get(context).split("\\.", -1);
        try {
            JsonNode claims = Json.parse(Base64.getUrlDecoder().decode(parts.length == 3 ? parts[1] : ""));
            return Optional.of(claims.path("iss").asString(""))
                    .filter(iss -> ISSUER.matcher(iss).matches());
        } catch (IllegalArgumentException | PermissionsUnavailableException e) {
            // An opaque one.
            return Optional.empty();
        }
    }

    /** Forgets the token, unless another has taken its place. */
    void refused(String value) {
        Issued known = issued.get();
        if (known != null && known.value.equals(value)) {
            issued.compareAndSet(known, null);
        }
    }

    /** The present token lasts for another minute: if a renewal fails, a later call tries again. */
    private String renewedAhead(Issued known, CallContext context) {
        try {
            return renewed(context).value;
        } catch (PermissionsUnavailableException e) {
            return known.value;
        }
    }

    private Issued renewed(CallContext context) {
        return renewal.join(context, shared -> {
            Issued known = issued.get();
            // Another renewal may have ended since the caller looked.
            Issued valid = known == null || known.isDue(clock.nanos()) ? request(shared) : known;
            issued.set(valid);
            return valid;
        });
    }

    private Issued request(CallContext context) {
        long start = clock.nanos();
        return calls.send(
                        "token",
                        HttpRequest.newBuilder(tokenEndpoint)
                                .header("Authorization", authorization)
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .header("Accept", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(form)),
                        context,
                        response -> Optional.of(issued(response, start)))
                .orElseThrow(Json::malformed);
    }

    private static Issued issued(HttpResponse<byte[]> response, long start) {
        JsonNode body = Json.parse(response.body());
        if (response.statusCode() != 200) {
            throw refusal(body, response.statusCode());
        }
        String value = Json.text(body, "access_token");
        // Logto issues a token all the same where the application lacks the role, only without the scope.
        if (!Scopes.parse(body.path("scope").asString("")).contains(SCOPE)) {
            throw new LogtoAccessException(
                    Refusal.NO_MANAGEMENT_ACCESS, "Logto gives the application no access to the Management API");
        }
        Duration lifetime =
                Duration.ofSeconds(Math.min(Json.member(body, "expires_in").asLong(0), MAX_LIFETIME.toSeconds()));
        return new Issued(value, start, lifetime);
    }

    private static RuntimeException refusal(JsonNode body, int status) {
        return switch (body.path("error").asString("")) {
            case "invalid_client" ->
                status == 401
                        ? new LogtoAccessException(Refusal.WRONG_SECRET, "Logto refuses the application's secret")
                        : new LogtoAccessException(Refusal.UNKNOWN_APPLICATION, "Logto does not know the application");
            case "unauthorized_client" -> notMachineToMachine();
            case "invalid_request" ->
                body.path("error_description").asString("").contains("grant type")
                        ? notMachineToMachine()
                        : refused(status);
            case "invalid_target" ->
                new LogtoAccessException(
                        Refusal.UNKNOWN_MANAGEMENT_RESOURCE, "Logto does not know the Management API's resource");
            default -> refused(status);
        };
    }

    private static LogtoAccessException notMachineToMachine() {
        return new LogtoAccessException(
                Refusal.NOT_MACHINE_TO_MACHINE, "Logto issues no tokens to the application itself");
    }

    private static PermissionsUnavailableException refused(int status) {
        return new PermissionsUnavailableException(Reason.REFUSED, "Logto refuses a management token: " + status + ".");
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private static String base64(String value) {
        return Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A token.
     *
     * @param start when it was asked for, by the steady clock
     */
    private record Issued(String value, long start, Duration lifetime) {

        boolean isDue(long now) {
            Duration half = lifetime.dividedBy(2);
            Duration ahead = half.compareTo(RENEW_AHEAD) < 0 ? half : RENEW_AHEAD;
            return now - start >= lifetime.minus(ahead).toNanos();
        }

        boolean isExpired(long now) {
            return now - start >= lifetime.toNanos();
        }
    }
}
