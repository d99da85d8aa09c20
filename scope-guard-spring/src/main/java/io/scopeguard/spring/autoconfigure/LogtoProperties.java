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
 * @param endpoint Address of the Logto tenant, e.g. https://abc.logto.app; the addresses of the issuer, the signing keys, the token
 *     endpoint and the Management API are derived from it.
 * @param appId Id of a machine-to-machine application that has access to the Management API.
 * @param appSecret Secret of the machine-to-machine application.
 * @param managementResource Resource indicator of the Management API, for which the machine-to-machine application requests its
 *     token. Defaults to https://TENANT.logto.app/api on Logto Cloud, else https://default.logto.app/api.
 * @param issuers Additional issuers whose tokens are accepted, exactly as in the iss claim; needed if tokens are issued under a
 *     custom domain, e.g. https://auth.example.com/oidc.
 * @param plainHttpHosts Names of hosts that may be called over plain HTTP, in addition to the loopback interface, such as a host
 *     inside a cluster. Anyone who can read this traffic learns the application's secret, and anyone who can answer in place of the
 *     host can grant access to anybody. Start-up logs a warning.
 * @param callsPerSecond Maximum number of calls per second to Logto by this process, or by all replicas together if they share.
 *     Logto Cloud allows 20 per second for all callers of a tenant.
 * @param timeout Time limit of each call to Logto, until the whole response has arrived; it also applies to fetching signing keys;
 *     from 100ms to 30s.
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
     * @param signingKeys Signing keys, as Logto shows them, of the webhooks that deliver to this application. List the old and the
     *     new key while one replaces the other. Without a key, the webhook endpoint is off.
     * @param path Path of the webhook endpoint, relative to the context path; requests must match it exactly.
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
