package io.scopeguard.spring.autoconfigure;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;

/**
 * Sharing between the replicas of the application, through Redis or Valkey.
 *
 * @param enabled Whether replicas share the facts that they read; needs spring-boot-starter-data-redis.
 * @param connectionFactory Name of the LettuceConnectionFactory bean to use. Setting it also enables sharing, unless enabled is
 *     false. Defaults to the only one.
 * @param prefix Prefix of all keys in Redis.
 * @param secret Secret of at least 32 bytes, the same in all replicas. With it, keys in Redis do not show ids, and values that no
 *     replica has written are ignored.
 * @param timeout Maximum time to wait for one response of Redis, from 5ms to 2s. A request waits for Redis in two cases only: it
 *     waits for the provider, or it is the first request about a user on this replica.
 * @param pause How long no command is sent after three commands in succession have failed.
 * @since 0.1
 */
@ConfigurationProperties("scope-guard.shared")
public record SharingProperties(
        @DefaultValue("false") boolean enabled,
        @Nullable String connectionFactory,
        @DefaultValue("scope-guard") String prefix,
        @Nullable String secret,

        @DefaultValue("50ms") @DurationUnit(ChronoUnit.SECONDS)
        Duration timeout,

        @DefaultValue("2s") @DurationUnit(ChronoUnit.SECONDS)
        Duration pause) {

    /** Without the secret. */
    @Override
    public String toString() {
        return "SharingProperties[enabled=" + enabled + ", prefix=" + prefix + "]";
    }
}
