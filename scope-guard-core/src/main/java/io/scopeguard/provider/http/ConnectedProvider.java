package io.scopeguard.provider.http;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.CircuitState;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.SettingRefusedException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/**
 * An identity provider that is called over HTTP. Thread-safe.
 *
 * @hidden
 */
public abstract class ConnectedProvider implements IdentityProvider {

    private static final String PLAIN_HTTP =
            "it is reached by plain http: anybody on the network path can read the secret of this API and forge the"
                    + " provider's answers, and with them permissions";

    private final Connection connection;

    protected ConnectedProvider(Connection connection) {
        this.connection = connection;
    }

    @Override
    public String name() {
        return connection.name();
    }

    @Override
    public ScopeCatalogue catalogue() {
        return connection.catalogue();
    }

    @Override
    public ProviderClock clock() {
        return connection.clock();
    }

    @Override
    public Duration timeout() {
        return connection.timeout();
    }

    @Override
    public CircuitState circuit() {
        return connection.calls().circuit();
    }

    /** A warning that secrets are sent unencrypted. */
    protected static List<String> plainHttpWarning(boolean isPlainHttp) {
        return isPlainHttp ? List.of(PLAIN_HTTP) : List.of();
    }

    /**
     * Compares the accepted issuers with the issuer of this API's own token. A provider that is called by a second name answers all
     * calls, but issues tokens that are then refused.
     *
     * @param refusal makes the exception for an actual issuer
     * @throws SettingRefusedException if the issuer is not accepted, or the provider refuses the credentials
     */
    protected final void checkIssuer(ClientCredentialsToken token, Function<String, SettingRefusedException> refusal) {
        token.issuer(CallContext.FOREGROUND)
                .filter(issuer -> !issuers().contains(issuer))
                .ifPresent(issuer -> {
                    throw refusal.apply(issuer);
                });
    }
}
