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

    /** How long one exchange with a provider may take as a whole, if nothing else is set. */
    Duration DEFAULT_TIMEOUT = Duration.ofSeconds(3);

    /** A short name for metrics, unique among the providers of one application: {@code logto}, say. */
    String name();

    /** Names the provider in logs: its kind and address, for example. */
    String description();

    /** The accepted {@code iss} values, the principal one first, at least one. Compared exactly. */
    List<String> issuers();

    /**
     * Where the provider publishes its signing keys (RFC 7517 JWK Set). A {@code data:application/json;base64,} URI (RFC 2397)
     * contains the keys themselves.
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

    /** The scopes that exist, filled as permissions are read. */
    ScopeCatalogue catalogue();

    /** The provider's clock, learned from its answers. */
    ProviderClock clock();

    /** How long one exchange with the provider may take as a whole, from the connection to the last byte. */
    default Duration timeout() {
        return DEFAULT_TIMEOUT;
    }

    /** Whether calls to the provider are made at present, for metrics. */
    default CircuitState circuit() {
        return CircuitState.CLOSED;
    }

    /**
     * A receiver of the deliveries by which the provider reports changes, or {@code null} if it sends none, or nothing is known
     * that deliveries could be authenticated by.
     *
     * @param changes receives the changes, on the delivering thread
     */
    default @Nullable EventReceiver eventReceiver(Consumer<PermissionChange> changes) {
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
