package io.scopeguard.spring.autoconfigure;

import io.scopeguard.auth0.TokenScopes;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;

/**
 * The Auth0 tenant. Active if any of these properties is set.
 *
 * @param domain The tenant's default domain, e.g. tenant.eu.auth0.com; issuer, JWK Set, token endpoint and Management API are
 *     derived from it.
 * @param clientId Client id of a Machine to Machine application with access to the Management API.
 * @param clientSecret Secret of the Machine to Machine application.
 * @param issuers Further accepted issuers: custom domains, with the slash at the end, e.g. https://login.example.com/.
 * @param rolesClaim Claim that an Action fills with the names of the user's roles, such as https://api.example.com/roles; without
 *     it, live roles alone decide.
 * @param tokenScopes Claim that contains the scopes of a token: scope or permissions.
 * @param groupRoles Whether roles are given to groups of organizations; members are then read one by one.
 * @param youngTokens Whether a young token decides until live permissions were read; only right if no Action changes scopes.
 * @param delay How long after a change Auth0 may answer with the old state; every bound on ages grows by this time; from 0s to 60s.
 * @param callsPerSecond Maximum number of calls to the Management API by this process, or by all replicas together if they share; a
 *     free tenant allows 2 for all callers together.
 * @param memberCallsPerMinute Maximum number of calls by this process to each of the endpoints for members and their roles.
 * @param timeout Time limit of a whole call to Auth0, including fetching its signing keys; from 100ms to 30s.
 * @param eventStream Event stream that delivers to this application.
 * @since 0.1
 */
@ConfigurationProperties("scope-guard.auth0")
public record Auth0Properties(
        @Nullable String domain,
        @Nullable String clientId,
        @Nullable String clientSecret,
        @DefaultValue List<String> issuers,
        @Nullable String rolesClaim,
        @DefaultValue("scope") TokenScopes tokenScopes,
        @DefaultValue("false") boolean groupRoles,
        @DefaultValue("false") boolean youngTokens,

        @DefaultValue("10s") @DurationUnit(ChronoUnit.SECONDS)
        Duration delay,

        @DefaultValue("2") int callsPerSecond,
        @DefaultValue("200") int memberCallsPerMinute,

        @DefaultValue("3s") @DurationUnit(ChronoUnit.SECONDS)
        Duration timeout,

        @DefaultValue EventStream eventStream) {

    /** Without the secrets. */
    @Override
    public String toString() {
        return "Auth0Properties[domain=" + domain + ", clientId=" + clientId + "]";
    }

    /**
     * Event stream that delivers to this application.
     *
     * @param secrets Bearer tokens of the event streams that are delivered here, 16 characters or more; several while one replaces
     *     another. Without one, events are off.
     * @param path Path of the event endpoint, below the context path, compared exactly.
     */
    public record EventStream(
            @Nullable List<String> secrets,
            @DefaultValue("/scope-guard/webhooks/auth0") String path) {

        /** Without the secrets. */
        @Override
        public String toString() {
            return "EventStream[path=" + path + "]";
        }
    }
}
