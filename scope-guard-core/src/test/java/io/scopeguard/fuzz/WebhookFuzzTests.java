package io.scopeguard.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.scopeguard.logto.Logto;
import io.scopeguard.logto.LogtoTenant;
import io.scopeguard.provider.EventReceiver;
import io.scopeguard.provider.EventReceiver.Outcome;
import io.scopeguard.provider.EventReceiver.Receipt;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.Recorded;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bodies and signatures of webhook deliveries. Input that begins with an exclamation mark is a body that is signed rightly;
 * otherwise the first line is the signature.
 */
class WebhookFuzzTests {

    private static final String KEY = "signing-key";
    private static final int MAX_EVENTS = 40;

    private static final MovableClock clock = MovableClock.atNoon();
    private static final List<PermissionChange> changes = new ArrayList<>();
    private static final Set<String> events = ConcurrentHashMap.newKeySet();
    private static final EventReceiver webhook =
            Objects.requireNonNull(Logto.at(new LogtoTenant(URI.create("http://127.0.0.1:1")), "app", "secret")
                    .clock(clock)
                    .webhookSigningKeys(List.of(KEY))
                    .build()
                    .eventReceiver());

    static Stream<byte[]> seeds() {
        return Stream.concat(
                        Recorded.names("webhooks/deliveries").stream()
                                .map(name -> Recorded.of("webhooks/deliveries/" + name))
                                .map(recorded ->
                                        "!" + recorded.content().get("rawBody").stringValue()),
                        Stream.of("!{}", "!null", "![]", "00\n{}", "\n", "!{\"event\":1,\"createdAt\":[]}"))
                .map(text -> text.getBytes(UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest
    void receive(byte[] input) throws GeneralSecurityException {
        changes.clear();
        if (input.length > 0 && input[0] == '!') {
            byte[] body = Arrays.copyOfRange(input, 1, input.length);
            check(webhook.receive(body, sign(body), changes::add));
            // Deliveries that are untimely or affect all subjects are limited per minute, so each input has its own
            // minute.
            clock.advance(Duration.ofMinutes(1));
        } else {
            String text = new String(input, ISO_8859_1);
            String signature = text.lines().findFirst().orElse("");
            byte[] body = text.substring(Math.min(text.length(), signature.length() + 1))
                    .getBytes(ISO_8859_1);
            Receipt receipt = webhook.receive(body, signature, changes::add);
            if (receipt.outcome() != Outcome.UNAUTHENTICATED && !signature.equals(sign(body))) {
                throw new AssertionError("taken unsigned: " + receipt);
            }
        }
    }

    private static void check(Receipt receipt) {
        events.add(receipt.event());
        if (events.size() > MAX_EVENTS) {
            throw new AssertionError("metric tags contain input: " + events);
        }
        boolean applied = receipt.outcome() == Outcome.APPLIED || receipt.outcome() == Outcome.UNTIMELY;
        if (!applied && !changes.isEmpty() || receipt.outcome() == Outcome.UNAUTHENTICATED) {
            throw new AssertionError(receipt + " and yet " + changes.size() + " changes");
        }
    }

    private static String sign(byte[] body) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(KEY.getBytes(UTF_8), "HmacSHA256"));
        return HexFormat.of().formatHex(mac.doFinal(body));
    }
}
