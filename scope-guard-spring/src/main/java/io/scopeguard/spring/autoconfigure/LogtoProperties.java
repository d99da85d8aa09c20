package io.scopeguard.spring.autoconfigure;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;

/**
 * The Logto tenant. Active if any of these properties is set.
 *
 * @param endpoint The tenant, e.g. https://abc.logto.app; issuer, JWK Set, token endpoint and API are derived from it.
 * @param appId Id of a machine-to-machine application with Management API access.
 * @param appSecret Secret of the machine-to-machine application.
 * @param managementResource Resource indicator of the Management API. Defaults to https://TENANT.logto.app/api on Logto Cloud, else
 *     https://default.logto.app/api.
 * @param issuers Further accepted issuers: that of a custom domain, exactly as in the iss claim, e.g.
 *     https://auth.example.com/oidc.
 * @param plainHttpHosts Names of hosts that may be reached by plain http, besides the loopback interface; inside a cluster, for
 *     example. Anyone who can read the traffic reads the application's secret, and anyone who can respond in place of the host
 *     decides who gets access; start-up warns.
 * @param callsPerSecond Maximum number of calls to Logto by this process, or by all replicas together if they share. Logto Cloud
 *     allows 20 for all callers of a tenant.
 * @param timeout Time limit of a whole call to Logto, including fetching its signing keys; from 100ms to 30s.
 * @param webhook The endpoint that receives the tenant's webhooks.
 * @since 0.1
 */
@ConfigurationProperties("scope-guard.logto")
public record LogtoProperties(
        @Nullable String endpoint,
        @Nullable String appId,
        @Nullable String appSecret,
        @Nullable String managementResource,
        @DefaultValue List<String> issuers,
        @DefaultValue List<String> plainHttpHosts,
        @DefaultValue("5") int callsPerSecond,

        @DefaultValue("3s") @DurationUnit(ChronoUnit.SECONDS)
        Duration timeout,

        @DefaultValue Webhook webhook) {

    /** Without the secrets. */
    @Override
    public String toString() {
        return "LogtoProperties[endpoint=" + endpoint + ", appId=" + appId + "]";
    }

    /**
     * The endpoint that receives the tenant's webhooks.
     *
     * @param signingKeys Signing keys of the webhooks that are delivered here, as Logto shows them; several while one replaces
     *     another. Without a key, webhooks are off.
     * @param path Path of the webhook endpoint, below the context path, compared exactly.
     */
    public record Webhook(
            @Nullable List<String> signingKeys,
            @DefaultValue("/scope-guard/webhooks/logto") String path) {

        /** Without the keys. */
        @Override
        public String toString() {
            return "Webhook[path=" + path + "]";
        }
    }
}
