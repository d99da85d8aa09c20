package io.scopeguard.provider;

import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Receives the HTTP deliveries that report a provider's changes. A delivery only determines which facts are read again. Its content
 * is never used as a fact, so a forged or repeated delivery could cost reads, but never grant or revoke a permission.
 * Implementations are thread-safe, and make no calls to the provider. With shared permissions, a receiver waits briefly for the
 * shared store.
 *
 * @since 0.1
 */
public interface EventReceiver {

    /** The largest body of a delivery, in bytes. */
    int MAX_BYTES = 1024 * 1024;

    /** The request header with the credential of a delivery. */
    String credentialHeader();

    /**
     * The challenge in the response to a delivery without a valid credential (RFC 9110 §15.5.2): the scheme {@code Bearer}, or one
     * that is named like the header with the credential.
     */
    default String challenge() {
        return credentialHeader().equalsIgnoreCase("Authorization") ? "Bearer" : credentialHeader();
    }

    /**
     * Whether the body of a delivery with this credential must be read. All other deliveries are rejected without reading their
     * bodies.
     *
     * @param credential the value of {@link #credentialHeader}, {@code null} if there is none
     */
    boolean isAdmissible(@Nullable String credential);

    /** The provider's names of the events that affect permissions, for metrics. */
    default Set<String> events() {
        return Set.of();
    }

    /**
     * Receives one delivery.
     *
     * @param body the unchanged bytes
     * @param credential the value of {@link #credentialHeader}, {@code null} if there is none
     * @param changes receives the changes of the delivery on this thread, before its outcome is known
     */
    Receipt receive(byte[] body, @Nullable String credential, Consumer<PermissionChange> changes);

    /** The outcome of a delivery. */
    enum Outcome {
        /** Applied: the affected facts are read again when a request needs them. */
        APPLIED,
        /** Applied, although its time differs much from ours: it is late, a clock is wrong, or an old delivery was sent again. */
        UNTIMELY,
        /** Applied by this process, but not passed on to the other processes yet: the provider has to send it again. */
        UNSHARED,
        /** The event does not affect permissions. */
        IGNORED,
        /** It was received before. */
        REPLAYED,
        /** There were too many untimely deliveries, or too many that affect all subjects. */
        LIMITED,
        /** The credential is missing or wrong. */
        UNAUTHENTICATED,
        /** Incomplete, or not an event although the credential is valid. */
        MALFORMED,
        TOO_LARGE,
        /** The body did not arrive in time. */
        TOO_SLOW,
        /** Too many deliveries, or too many bytes, were being received at once. */
        OVERLOADED
    }

    /**
     * The outcome of a delivery, for the response and for metrics.
     *
     * @param event the provider's name of the event if events of this kind affect permissions, else {@code other}
     */
    record Receipt(Outcome outcome, String event) {

        /** The name of all events that do not affect permissions. */
        public static final String OTHER = "other";

        /** The outcome of a delivery that was rejected before its event was known. */
        public static Receipt unread(Outcome outcome) {
            return new Receipt(outcome, OTHER);
        }
    }
}
