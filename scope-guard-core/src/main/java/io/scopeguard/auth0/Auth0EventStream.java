package io.scopeguard.auth0;

import io.scopeguard.provider.EventReceiver;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.http.DeliveryIntake;
import io.scopeguard.time.SteadyClock;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Receives the events that an Auth0 event stream delivers to a webhook. Auth0 does not sign bodies: a delivery is authenticated by
 * an agreed secret, sent as a bearer token. Events are delivered at least once and in no order, so each is applied once, by its id.
 * Only the id of an event is kept; nothing is logged. Thread-safe.
 */
final class Auth0EventStream implements EventReceiver {

    private static final String SCHEME = "bearer ";

    private final List<byte[]> secrets;
    private final DeliveryIntake intake;

    /**
     * @param secrets the bearer tokens that are accepted
     * @param clock dates and limits deliveries
     */
    Auth0EventStream(Collection<String> secrets, SteadyClock clock) {
        this.secrets = secrets.stream()
                .map(secret -> secret.getBytes(StandardCharsets.UTF_8))
                .toList();
        this.intake = new DeliveryIntake(clock);
    }

    @Override
    public String credentialHeader() {
        return "Authorization";
    }

    /** Whether the token is one of the secrets. The comparison takes the same time for all tokens of the same length. */
    @Override
    public boolean isAdmissible(@Nullable String authorization) {
        if (authorization == null || !authorization.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
            return false;
        }
        byte[] given = authorization.substring(SCHEME.length()).getBytes(StandardCharsets.UTF_8);
        boolean isKnown = false;
        for (byte[] secret : secrets) {
            isKnown |= MessageDigest.isEqual(secret, given);
        }
        return isKnown;
    }

    @Override
    public Set<String> events() {
        return Auth0Event.names();
    }

    @Override
    public Receipt receive(byte[] body, @Nullable String authorization, Consumer<PermissionChange> changes) {
        if (body.length > MAX_BYTES) {
            return Receipt.unread(Outcome.TOO_LARGE);
        }
        if (!isAdmissible(authorization)) {
            return Receipt.unread(Outcome.UNAUTHENTICATED);
        }
        return Auth0Event.parse(body)
                .map(event -> take(event, changes))
                .orElseGet(() -> Receipt.unread(Outcome.MALFORMED));
    }

    private Receipt take(Auth0Event event, Consumer<PermissionChange> changes) {
        String label = event.label().orElse(Receipt.OTHER);
        if (!event.matters()) {
            return new Receipt(Outcome.IGNORED, label);
        }
        return new Receipt(intake.take(event.id(), event.time(), List.of(event.change()), changes), label);
    }
}
