package io.scopeguard.provider;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Receives deliveries over HTTP by which a provider reports changes. A delivery determines which facts are read again; its claims
 * are never used, so a forged or repeated delivery could cost reads, but never grant or revoke a permission. Implementations are
 * thread-safe, and make no calls to the provider. With shared permissions, a receiver waits briefly for the shared store.
 *
 * @since 0.1
 */
public interface EventReceiver {

    /** The largest body of a delivery, in bytes. */
    int MAX_BYTES = 1024 * 1024;

    /** The request header that proves where a delivery comes from. */
    String credentialHeader();

    /**
     * Whether a delivery with this credential must be read. All others are rejected without reading their bodies.
     *
     * @param credential the value of {@link #credentialHeader}, {@code null} if there is none
     */
    boolean isAdmissible(@Nullable String credential);

    /** The provider's names of the events that permissions depend on, for metrics. */
    default Set<String> events() {
        return Set.of();
    }

    /**
     * Receives one delivery.
     *
     * @param body as it came, byte for byte
     * @param credential the value of {@link #credentialHeader}, {@code null} if there is none
     */
    Receipt receive(byte[] body, @Nullable String credential);

    /** The outcome of a delivery. */
    enum Outcome {
        /** The facts that it concerns are read again when a request needs them. */
        APPLIED,
        /** Applied, although its time is far from ours: it is late, a clock is wrong, or an old delivery was sent again. */
        UNTIMELY,
        /** Applied by this process, but not passed on to the other processes yet: the provider has to send it again. */
        UNSHARED,
        /** No permissions depend on it. */
        IGNORED,
        /** It was received before. */
        REPLAYED,
        /** There were too many deliveries of its kind: untimely ones, or ones that concern everybody. */
        LIMITED,
        /** The credential is missing or wrong. */
        UNAUTHENTICATED,
        /** Incomplete, or not an event although the credential is right. */
        MALFORMED,
        TOO_LARGE,
        /** The body did not arrive in time. */
        TOO_SLOW,
        /** Too many deliveries, or too many bytes of them, were being received at once. */
        OVERLOADED
    }

    /**
     * The outcome of a delivery, for the response and for metrics.
     *
     * @param event the provider's name of the event if permissions depend on events of this kind, else {@code other}
     */
    record Receipt(Outcome outcome, String event) {

        /** The name of all events that do not affect permissions. */
        public static final String OTHER = "other";

        /** Of a delivery that was rejected before its event was known. */
        public static Receipt unread(Outcome outcome) {
            return new Receipt(outcome, OTHER);
        }
    }
}
