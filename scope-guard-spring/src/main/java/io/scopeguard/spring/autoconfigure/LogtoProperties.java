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
 * @param endpoint The tenant, e.g. https://abc.logto.app. Issuer, JWK Set, token endpoint and Management API follow from
 *     it.
 * @param appId Machine-to-machine application with Management API access.
 * @param appSecret Secret of that application.
 * @param managementResource Resource indicator of the Management API. Defaults to https://(tenant).logto.app/api on Logto
 *     Cloud, else to https://default.logto.app/api.
 * @param issuers Accepted beside the issuer that follows from the endpoint: that of a custom domain, as its tokens say it,
 *     e.g. https://auth.example.com/oidc.
 * @param plainHttpHosts Hosts that may be called by plain http in addition to the loopback interface, by name. Anybody on the
 *     network path can then read the application's secret, and forge answers that grant permissions.
 * @param callsPerSecond How many calls a second this process makes to Logto at most, every replica by itself. Logto Cloud
 *     allows 20 for all callers of a tenant.
 * @param timeout How long one call to Logto may take as a whole, its keys included. From 100ms to 30s.
 * @param webhook Where the tenant's webhooks are taken.
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
     * Where the tenant's webhooks are taken.
     *
     * @param signingKeys Signing keys of the webhooks that deliver here, as Logto shows them; several while one replaces
     *     another. Without any, none is taken.
     * @param path Path below the context path, compared exactly.
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
