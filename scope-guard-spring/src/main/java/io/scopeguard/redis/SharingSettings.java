package io.scopeguard.redis;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings for sharing between the replicas of one application.
 *
 * @param prefix the prefix of all keys
 * @param secret hides ids in keys and authenticates values; {@code null} if ids are hashed without a secret and values are not
 *     authenticated
 * @param timeout how long one command may take
 * @param pause how long no commands are sent after Redis has failed
 * @param lease how long other replicas leave a read to the replica that began it
 * @param patience how long a request waits for the read of another replica before it makes its own
 * @param keptFor how long answers are kept
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record SharingSettings(
        String prefix,
        byte @Nullable [] secret,
        Duration timeout,
        Duration pause,
        Duration lease,
        Duration patience,
        Duration keptFor) {

    /** The default of {@link #timeout()}. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofMillis(50);

    /** The default of {@link #pause()}. */
    public static final Duration DEFAULT_PAUSE = Duration.ofSeconds(2);

    /** Without the secret. */
    @Override
    public String toString() {
        return "SharingSettings[prefix=" + prefix + "]";
    }
}
