package io.scopeguard.provider;

import io.scopeguard.scope.Audience;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An identity provider: its tokens, its live permissions, its scopes, and its clock. Connects lazily. Thread-safe.
 *
 * <p>The package documentation contains an example of a complete provider.
 *
 * @since 0.1
 */
public interface IdentityProvider {

    /** The default limit on the whole time of one exchange with a provider. */
    Duration DEFAULT_TIMEOUT = Duration.ofSeconds(3);

    /** A short name for metrics, unique among the providers of one application, such as {@code logto}. */
    String name();

    /** The provider's description in logs, such as its kind and address. */
    String description();

    /** The accepted {@code iss} values, the principal one first, at least one. Compared exactly. */
    List<String> issuers();

    /**
     * The address at which the provider publishes its signing keys (RFC 7517 JWK Set). A {@code data:application/json;base64,} URI
     * (RFC 2397) contains the keys themselves.
     */
    URI jwkSetUri();

    /**
     * Reads the provider's access tokens.
     *
     * @param resources the API's own resources
     */
    TokenReader tokenReader(Collection<Audience> resources);

    /** Reads the facts that live permissions are computed from. */
    PermissionSource permissions();

    /** The catalogue of existing scopes, which is filled as permissions are read. */
    ScopeCatalogue catalogue();

    /** The provider's clock, learned from its answers. */
    ProviderClock clock();

    /** The limit on the whole time of one exchange with the provider, from the connection to the last byte. */
    default Duration timeout() {
        return DEFAULT_TIMEOUT;
    }

    /** The state of the circuit breaker, for metrics. */
    default CircuitState circuit() {
        return CircuitState.CLOSED;
    }

    /**
     * A receiver of the provider's deliveries, or {@code null} if the provider sends none, or no key or secret to authenticate them
     * is configured.
     */
    default @Nullable EventReceiver eventReceiver() {
        return null;
    }

    /**
     * A feed of the provider's changes, or {@code null} if there is none. It is not started.
     *
     * @param changes receives the changes, on the feed's thread
     */
    default @Nullable ChangeFeed changeFeed(Consumer<PermissionChange> changes) {
        return null;
    }

    /** Warnings for operators at start-up: one sentence for each risk. */
    default List<String> warnings() {
        return List.of();
    }

    /**
     * Reads the facts that are needed first, to check the settings.
     *
     * @throws SettingRefusedException if the provider definitely refuses a setting
     * @throws PermissionsUnavailableException if the provider does not answer
     */
    void check(Collection<Audience> audiences);
}
