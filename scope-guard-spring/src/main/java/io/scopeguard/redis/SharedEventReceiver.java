package io.scopeguard.redis;

import io.scopeguard.provider.EventReceiver;
import io.scopeguard.provider.PermissionChange;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Receives deliveries and passes their changes on to the other replicas. A delivery is acknowledged when the others can read its
 * changes. If Redis does not respond, the delivery is applied to this replica and its changes are kept; the provider has to send it
 * again, which adds them. A delivery that another replica has received is a repeated one. Thread-safe.
 */
final class SharedEventReceiver implements EventReceiver {

    private final EventReceiver receiver;
    private final ChangeStream changes;

    /** @param receiver the provider's */
    SharedEventReceiver(EventReceiver receiver, ChangeStream changes) {
        this.receiver = receiver;
        this.changes = changes;
    }

    @Override
    public Set<String> events() {
        return receiver.events();
    }

    @Override
    public String credentialHeader() {
        return receiver.credentialHeader();
    }

    @Override
    public String challenge() {
        return receiver.challenge();
    }

    @Override
    public boolean isAdmissible(@Nullable String credential) {
        return receiver.isAdmissible(credential);
    }

    @Override
    public Receipt receive(byte[] body, @Nullable String credential, Consumer<PermissionChange> apply) {
        List<PermissionChange> delivery = new ArrayList<>();
        Receipt receipt = receiver.receive(body, credential, change -> {
            apply.accept(change);
            delivery.add(change);
        });
        return switch (receipt.outcome()) {
            case APPLIED, UNTIMELY -> shared(receipt, id(body, credential), delivery);
            case REPLAYED -> changes.flush(id(body, credential)) ? receipt : unshared(receipt);
            default -> receipt;
        };
    }

    private Receipt shared(Receipt receipt, String id, List<PermissionChange> delivery) {
        return switch (changes.publish(id, delivery)) {
            case ADDED -> receipt;
            case KNOWN -> new Receipt(Outcome.REPLAYED, receipt.event());
            case PENDING -> unshared(receipt);
        };
    }

    private static Receipt unshared(Receipt receipt) {
        return new Receipt(Outcome.UNSHARED, receipt.event());
    }

    private static String id(byte[] body, @Nullable String credential) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(Script.bytes(credential == null ? "" : credential));
            digest.update((byte) 0);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest.digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
