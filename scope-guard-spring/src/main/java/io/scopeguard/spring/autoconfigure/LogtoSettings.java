package io.scopeguard.spring.autoconfigure;

import io.scopeguard.logto.Logto;
import io.scopeguard.logto.LogtoTenant;
import io.scopeguard.provider.CallBudget;
import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.provider.ProviderRegistration;
import io.scopeguard.spring.sharing.Sharing;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The properties of Logto, turned into a connection. Each that is missing or wrong stops start-up, with the name of the property and the fix. */
final class LogtoSettings {

    static final String PREFIX = "scope-guard.logto";
    static final String ENDPOINT = PREFIX + ".endpoint";

    private static final Pattern ISSUER = Pattern.compile("https?://[^\\s/?#]+(/[^\\s?#]*)?/oidc");

    private final LogtoProperties properties;

    LogtoSettings(LogtoProperties properties) {
        this.properties = properties;
    }

    Logto.Builder connection() {
        return Logto.at(tenant(), appId(), appSecret())
                .managementResource(SettingChecks.notBlank(properties.managementResource()))
                .furtherIssuers(issuers())
                .timeout(SettingChecks.timeout(PREFIX + ".timeout", properties.timeout()))
                .webhookSigningKeys(signingKeys());
    }

    CallBudget budget(Sharing sharing) {
        return sharing.budget(
                "logto",
                tenant().issuer(),
                SettingChecks.atLeast(PREFIX + ".calls-per-second", properties.callsPerSecond(), 1));
    }

    String webhookPath() {
        return SettingChecks.path(
                PREFIX + ".webhook.path", properties.webhook().path(), ProviderRegistration.defaultEventPath("logto"));
    }

    private LogtoTenant tenant() {
        String endpoint = SettingChecks.required(ENDPOINT, properties.endpoint(), "https://abc.logto.app");
        Set<String> plainHttpHosts = SettingChecks.hosts(PREFIX + ".plain-http-hosts", properties.plainHttpHosts());
        return SettingChecks.address(
                ENDPOINT,
                endpoint,
                uri -> new LogtoTenant(uri, plainHttpHosts),
                "Use the tenant's endpoint. Inside a network where nobody else can listen or answer, plain http is allowed to"
                        + " hosts that " + PREFIX + ".plain-http-hosts names.");
    }

    private String appId() {
        return SettingChecks.required(
                PREFIX + ".app-id", properties.appId(), "the id of a machine-to-machine application");
    }

    private String appSecret() {
        return SettingChecks.required(PREFIX + ".app-secret", properties.appSecret(), "the secret of that application");
    }

    /** Compared with the tokens' {@code iss} letter by letter: an issuer that no token names would be of no use. */
    private List<String> issuers() {
        for (String issuer : properties.issuers()) {
            if (!ISSUER.matcher(issuer).matches()) {
                throw new InvalidSettingException(
                        PREFIX + ".issuers",
                        "contains '" + issuer + "', which is not an issuer of Logto",
                        "Copy the iss claim exactly, including the /oidc path: https://auth.example.com/oidc.");
            }
        }
        return properties.issuers();
    }

    private List<String> signingKeys() {
        return SettingChecks.secrets(
                PREFIX + ".webhook.signing-keys",
                properties.webhook().signingKeys(),
                "Use the signing key that Logto shows for the webhook, or leave the property out to take none.");
    }
}
