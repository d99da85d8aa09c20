package io.scopeguard.spring.autoconfigure;

import io.scopeguard.auth0.Auth0;
import io.scopeguard.auth0.Auth0Tenant;
import io.scopeguard.provider.CallBudget;
import io.scopeguard.scope.Audience;
import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.provider.ProviderRegistration;
import io.scopeguard.spring.sharing.Sharing;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The properties of Auth0, turned into a connection. Each that is missing or wrong stops start-up, with the name of the property and the fix. */
final class Auth0Settings {

    static final String PREFIX = "scope-guard.auth0";
    static final String DOMAIN = PREFIX + ".domain";

    private static final Duration LONGEST_DELAY = Duration.ofMinutes(1);

    private static final Pattern ISSUER = Pattern.compile("https?://[^\\s/?#]+/");

    private final Auth0Properties properties;

    Auth0Settings(Auth0Properties properties) {
        this.properties = properties;
    }

    /**
     * The connection.
     *
     * @param resources the API's own resources
     */
    Auth0.Builder connection(Set<Audience> resources) {
        if (resources.isEmpty()) {
            throw new InvalidSettingException(
                    "scope-guard.resources",
                    "is not set",
                    "Set it to the identifier of this API at Auth0, such as https://api.example.com: Auth0 has no tokens for"
                            + " organizations alone.");
        }
        Auth0.Builder connection = Auth0.at(tenant(), clientId(), clientSecret())
                .furtherIssuers(issuers())
                .resources(resources)
                .tokenScopes(properties.tokenScopes())
                .groupRoles(properties.groupRoles())
                .youngTokens(properties.youngTokens())
                .memberCallsPerMinute(SettingChecks.atLeast(
                        PREFIX + ".member-calls-per-minute", properties.memberCallsPerMinute(), 1))
                .timeout(SettingChecks.timeout(PREFIX + ".timeout", properties.timeout()));
        String rolesClaim = SettingChecks.notBlank(properties.rolesClaim());
        if (rolesClaim != null) {
            connection.rolesClaim(rolesClaim);
        }
        connection.delay(SettingChecks.between(PREFIX + ".delay", properties.delay(), Duration.ZERO, LONGEST_DELAY));
        return withEvents(connection);
    }

    private Auth0.Builder withEvents(Auth0.Builder connection) {
        String property = PREFIX + ".event-stream.secrets";
        String fix =
                "Use the bearer token of the event stream's authorization, or leave the property out to receive none.";
        List<String> secrets =
                SettingChecks.secrets(property, properties.eventStream().secrets(), fix);
        return SettingChecks.valid(property, () -> connection.eventSecrets(secrets), fix);
    }

    CallBudget budget(Sharing sharing) {
        return sharing.budget(
                "auth0",
                String.valueOf(properties.domain()),
                SettingChecks.atLeast(PREFIX + ".calls-per-second", properties.callsPerSecond(), 1));
    }

    String eventPath() {
        return SettingChecks.path(
                PREFIX + ".event-stream.path",
                properties.eventStream().path(),
                ProviderRegistration.defaultEventPath("auth0"));
    }

    private Auth0Tenant tenant() {
        String domain = SettingChecks.required(DOMAIN, properties.domain(), "tenant.eu.auth0.com");
        return SettingChecks.address(
                DOMAIN,
                domain,
                uri -> Auth0Tenant.of(domain),
                "Use the tenant's default domain, such as tenant.eu.auth0.com. Custom domains belong in " + PREFIX
                        + ".issuers.");
    }

    private String clientId() {
        return SettingChecks.required(
                PREFIX + ".client-id", properties.clientId(), "the client id of a Machine to Machine application");
    }

    private String clientSecret() {
        return SettingChecks.required(
                PREFIX + ".client-secret", properties.clientSecret(), "the secret of that application");
    }

    /** Compared with the tokens' {@code iss} exactly: an issuer that no token names would be of no use. */
    private List<String> issuers() {
        for (String issuer : properties.issuers()) {
            if (!ISSUER.matcher(issuer).matches()) {
                throw new InvalidSettingException(
                        PREFIX + ".issuers",
                        "contains '" + issuer + "', which is not an issuer of Auth0",
                        "Copy the iss claim exactly, with the slash at its end: https://login.example.com/.");
            }
        }
        return properties.issuers();
    }
}
