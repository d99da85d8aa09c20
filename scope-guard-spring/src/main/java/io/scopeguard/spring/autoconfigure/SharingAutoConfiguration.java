package io.scopeguard.spring.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.scopeguard.redis.RedisRuntimeHints;
import io.scopeguard.redis.ReplicaSharing;
import io.scopeguard.redis.SharingSettings;
import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.sharing.RedisSharing;
import io.scopeguard.spring.sharing.Sharing;
import io.scopeguard.spring.sharing.SharingMetrics;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Sharing between replicas through the application's Redis, if that is wanted and Spring Data Redis is there.
 *
 * @since 0.1
 */
@AutoConfiguration(before = ScopeGuardAutoConfiguration.class, after = DataRedisAutoConfiguration.class)
@ConditionalOnGuard
@ConditionalOnClass({LettuceConnectionFactory.class, DataRedisAutoConfiguration.class})
@Conditional(OnSharing.class)
@EnableConfigurationProperties(SharingProperties.class)
@ImportRuntimeHints(RedisRuntimeHints.class)
@Import(SharingHealthConfiguration.class)
public final class SharingAutoConfiguration {

    private final SharingProperties properties;

    SharingAutoConfiguration(SharingProperties properties) {
        this.properties = properties;
    }

    @Bean(destroyMethod = "close")
    ReplicaSharing replicaSharing(
            ScopeGuardProperties guard, ListableBeanFactory beans, ObjectProvider<MeterRegistry> registry) {
        SharingSettings settings = SharingChecks.settings(properties, guard.permissions());
        SharingMetrics metrics = new SharingMetrics(registry.getIfUnique(CompositeMeterRegistry::new));
        ReplicaSharing sharing = new ReplicaSharing(factory(beans, properties.connectionFactory()), settings, metrics);
        metrics.watch(sharing::replicas, sharing::isReachable);
        return sharing;
    }

    @Bean
    Sharing sharing(ReplicaSharing redis) {
        return new RedisSharing(redis);
    }

    private static LettuceConnectionFactory factory(ListableBeanFactory beans, @Nullable String name) {
        Map<String, RedisConnectionFactory> all = beans.getBeansOfType(RedisConnectionFactory.class);
        RedisConnectionFactory chosen = name != null
                ? all.get(name)
                : all.size() == 1 ? all.values().iterator().next() : null;
        if (chosen instanceof LettuceConnectionFactory lettuce) {
            return lettuce;
        }
        if (chosen != null) {
            throw otherLibrary(name, chosen.getClass().getSimpleName());
        }
        if (all.isEmpty()) {
            throw new InvalidSettingException(
                    name == null ? SharingChecks.ENABLED : SharingChecks.CONNECTION_FACTORY,
                    "is " + (name == null ? "true" : "'" + name + "'")
                            + ", but the application has no RedisConnectionFactory bean",
                    "Set spring.data.redis.host, or declare a LettuceConnectionFactory bean.");
        }
        throw new InvalidSettingException(
                SharingChecks.CONNECTION_FACTORY,
                name == null
                        ? "is not set, and there are " + all.size() + " connection factories"
                        : "is '" + name + "', which is not the name of a RedisConnectionFactory bean",
                "Use the name of one of these beans: " + all.keySet() + ".");
    }

    private static InvalidSettingException otherLibrary(@Nullable String name, String type) {
        String lettuce = "Use Lettuce, which spring-boot-starter-data-redis brings";
        return name == null
                ? new InvalidSettingException(
                        SharingChecks.ENABLED,
                        "is true, but the connections are those of " + type,
                        lettuce + ", or name a LettuceConnectionFactory in " + SharingChecks.CONNECTION_FACTORY + ".")
                : new InvalidSettingException(
                        SharingChecks.CONNECTION_FACTORY,
                        "is '" + name + "', which is a " + type,
                        lettuce + ", and name a LettuceConnectionFactory.");
    }
}
