package io.scopeguard.logto;

import io.scopeguard.logto.LogtoAccessException.Refusal;
import io.scopeguard.permission.PermissionsUnavailableException;
import io.scopeguard.permission.PermissionsUnavailableException.Reason;
import io.scopeguard.permission.Urgency;
import io.scopeguard.scope.Scopes;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The access token for Logto's Management API, by client credentials. Renewed before it expires, and once when the API refuses
 * it. Thread-safe.
 */
final class ManagementToken {

    private static final String SCOPE = "all";
    private static final Duration RENEW_AHEAD = Duration.ofMinutes(1);

    private final HttpCalls calls;
    private final URI tokenEndpoint;
    private final String authorization;
    private final String form;
    private final Clock clock;
    private @Nullable Issued issued;

    ManagementToken(
            HttpCalls calls,
            URI tokenEndpoint,
            String appId,
            String appSecret,
            String managementResource,
            Clock clock) {
        this.calls = calls;
        this.tokenEndpoint = tokenEndpoint;
        this.authorization = "Basic " + base64(encode(appId) + ":" + encode(appSecret));
        this.form = "grant_type=client_credentials&scope=" + SCOPE + "&resource=" + encode(managementResource);
        this.clock = clock;
    }

    /**
     * @throws LogtoAccessException if Logto refuses the credentials or the access
     * @throws PermissionsUnavailableException if it does not answer
     */
    synchronized String get(Urgency urgency) {
        if (issued == null || !clock.instant().isBefore(issued.renewAt)) {
            issued = request(urgency);
        }
        return issued.value;
    }

    /** Forgets the token, unless another has taken its place. */
    synchronized void refused(String value) {
        if (issued != null && issued.value.equals(value)) {
            issued = null;
        }
    }

    private Issued request(Urgency urgency) {
        Instant start = clock.instant();
        return calls.send(
                        "token",
                        HttpRequest.newBuilder(tokenEndpoint)
                                .header("Authorization", authorization)
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .header("Accept", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(form)),
                        urgency,
                        response -> Optional.of(issued(response, start)))
                .orElseThrow(Json::malformed);
    }

    private static Issued issued(HttpResponse<byte[]> response, Instant start) {
        JsonNode body = Json.parse(response.body());
        if (response.statusCode() != 200) {
            throw refusal(body.path("error").asString(""), response.statusCode());
        }
        // Logto issues a token all the same where the application lacks the role, only without the scope.
        if (!Scopes.parse(body.path("scope").asString("")).contains(SCOPE)) {
            throw new LogtoAccessException(
                    Refusal.NO_MANAGEMENT_ACCESS, "Logto gives the application no access to the Management API");
        }
        Duration lifetime = Duration.ofSeconds(Json.member(body, "expires_in").asLong(0));
        return new Issued(Json.text(body, "access_token"), start.plus(lifetime).minus(ahead(lifetime)));
    }

    private static Duration ahead(Duration lifetime) {
        Duration half = lifetime.dividedBy(2);
        return half.compareTo(RENEW_AHEAD) < 0 ? half : RENEW_AHEAD;
    }

    private static RuntimeException refusal(String error, int status) {
        return switch (error) {
            case "invalid_client" ->
                status == 401
                        ? new LogtoAccessException(Refusal.WRONG_SECRET, "Logto refuses the application's secret")
                        : new LogtoAccessException(Refusal.UNKNOWN_APPLICATION, "Logto does not know the application");
            case "invalid_target" ->
                new LogtoAccessException(
                        Refusal.UNKNOWN_MANAGEMENT_RESOURCE, "Logto does not know the Management API's resource");
            default ->
                new PermissionsUnavailableException(
                        Reason.REFUSED, "Logto refuses a management token: " + status + ".");
        };
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private static String base64(String value) {
        return Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8));
    }

    private record Issued(String value, Instant renewAt) {}
}
