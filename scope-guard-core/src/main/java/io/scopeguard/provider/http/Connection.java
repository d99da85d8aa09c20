package io.scopeguard.provider.http;

import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.time.SteadyClock;
import java.net.URI;
import java.time.Duration;

/**
 * The parts of the connection to a provider. Thread-safe.
 *
 * @param name the provider's name in metrics and configuration
 * @param timeout the limit on one exchange as a whole
 * @param steadyClock measures ages and pauses
 * @param clock the provider's clock, learned from its answers
 * @param catalogue the scopes that exist at the provider
 * @param calls makes all calls to the provider
 */
public record Connection(
        String name,
        Duration timeout,
        SteadyClock steadyClock,
        ProviderClock clock,
        ScopeCatalogue catalogue,
        HttpCalls calls) {

    /**
     * Reads from the management API with the token.
     *
     * @param endpoint names the provider in the log
     */
    public ManagementReads reads(ClientCredentialsToken token, URI endpoint) {
        return reads(
                token,
                "Live permissions cannot be read from " + endpoint,
                "Live permissions can be read from " + endpoint + " again");
    }

    /**
     * Reads from the management API with the token, for a purpose whose outages are logged on their own.
     *
     * @param failing the beginning of the log's warnings, which the cause follows
     * @param over the log's line for the end of an outage
     */
    public ManagementReads reads(ClientCredentialsToken token, String failing, String over) {
        return new ManagementReads(calls.provider(), token, calls, new OutageLog(failing, over, steadyClock));
    }
}
