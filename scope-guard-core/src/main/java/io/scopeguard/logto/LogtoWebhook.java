package io.scopeguard.logto;

import io.scopeguard.provider.EventReceiver;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.http.DeliveryIntake;
import io.scopeguard.provider.http.HmacSignature;
import io.scopeguard.scope.Audience;
import io.scopeguard.time.SteadyClock;
import java.util.Collection;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Receives the deliveries of Logto's webhooks, which are authenticated by an HMAC over the body. Nothing of a delivery is logged.
 * The signature is kept to recognize repetitions, the ids of affected subjects and organizations are kept to invalidate facts, and
 * the names of created scopes are added to the catalogue. Thread-safe.
 */
final class LogtoWebhook implements EventReceiver {

    /** The request header that contains a delivery's signature. */
    public static final String SIGNATURE_HEADER = "logto-signature-sha-256";

    private final HmacSignature signature;
    private final DeliveryIntake intake;
    private final ScopeCatalogue catalogue;
    private final SteadyClock clock;

    /**
     * @param signingKeys the keys of the webhooks that deliver here
     * @param catalogue records created scopes
     * @throws IllegalArgumentException if there is no key, or one is blank
     */
    LogtoWebhook(Collection<String> signingKeys, ScopeCatalogue catalogue, SteadyClock clock) {
        if (signingKeys.isEmpty() || signingKeys.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("without a signing key, anybody could send deliveries");
        }
        this.signature = new HmacSignature(signingKeys);
        this.intake = new DeliveryIntake(clock);
        this.catalogue = catalogue;
        this.clock = clock;
    }

    @Override
    public String credentialHeader() {
        return SIGNATURE_HEADER;
    }

    /** Whether a signature is well-formed: 64 lower-case hexadecimal digits. */
    @Override
    public boolean isAdmissible(@Nullable String signature) {
        return HmacSignature.isWellFormed(signature);
    }

    @Override
    public Set<String> events() {
        return WebhookEvent.names();
    }

    @Override
    public Receipt receive(byte[] body, @Nullable String signature, Consumer<PermissionChange> changes) {
        if (body.length > MAX_BYTES) {
            return Receipt.unread(Outcome.TOO_LARGE);
        }
        if (!this.signature.verifies(body, signature)) {
            return Receipt.unread(Outcome.UNAUTHENTICATED);
        }
        return WebhookEvent.parse(body)
                .map(event -> take(event, Objects.requireNonNull(signature), changes))
                .orElseGet(() -> Receipt.unread(Outcome.MALFORMED));
    }

    private Receipt take(WebhookEvent event, String digest, Consumer<PermissionChange> changes) {
        if (!event.matters()) {
            return new Receipt(Outcome.IGNORED, event.label());
        }
        Outcome outcome = intake.take(digest, event.createdAt(), event.changes(), changes);
        if (outcome == Outcome.APPLIED) {
            // An untimely delivery must not mark a scope as new.
            event.createdScope().ifPresent(scope -> catalogue.created(Audience.ORGANIZATION, scope, clock.nanos()));
        }
        return new Receipt(outcome, event.label());
    }
}
