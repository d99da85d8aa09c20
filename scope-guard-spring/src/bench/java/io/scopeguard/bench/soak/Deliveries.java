package io.scopeguard.bench.soak;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Delivers genuine webhooks. Thread-safe. */
final class Deliveries {

    static final String KEY = "soak-signing-key";

    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicInteger delivered = new AtomicInteger();
    private final URI address;

    Deliveries(String origin) {
        address = URI.create(origin + "/scope-guard/webhooks/logto");
    }

    /**
     * Reports a change in an organization.
     *
     * @param user the user whose roles changed; {@code null} if the delivery names no user, because Logto may truncate the list
     */
    void send(String organization, @Nullable String user) throws InterruptedException {
        String named = user == null ? "" : "\"addedUserIds\":[\"" + user + "\"],";
        String body = "{\"event\":\"Organization.Membership.Updated\",\"createdAt\":\"" + Instant.now() + "\"," + named
                + "\"organizationId\":\"" + organization + "\",\"hookId\":\"soak\"}";
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(Duration.ofSeconds(60))
                .header("logto-signature-sha-256", signature(body))
                .POST(BodyPublishers.ofString(body))
                .build();
        try {
            client.send(request, BodyHandlers.discarding());
            delivered.incrementAndGet();
        } catch (IOException e) {
            // Logto sends each delivery once.
        }
    }

    int delivered() {
        return delivered.get();
    }

    private static String signature(String body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(KEY.getBytes(UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(body.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
