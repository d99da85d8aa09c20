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
 * @param domain The tenant's default domain, e.g. tenant.eu.auth0.com. Issuer, JWK Set, token endpoint and Management API follow
 *     from it.
 * @param clientId Machine to Machine application with access to the Management API.
 * @param clientSecret Secret of that application.
 * @param issuers Issuers that are accepted besides that of the default domain: custom domains, with a slash at the end, e.g.
 *     https://login.example.com/.
 * @param rolesClaim Claim that an Action fills with the names of the user's roles, e.g. https://api.example.com/roles.
 * @param tokenScopes Claim that contains the permissions of a token: scope, or permissions.
 * @param groupRoles Whether roles are given to groups of organizations. Members are then read one by one.
 * @param youngTokens Whether a young token decides until live permissions were read. Only right if no Action changes scopes.
 * @param delay How long after a change Auth0 may answer with the old state. Every bound on ages grows by this. From 0s to 60s.
 * @param callsPerSecond Maximum number of calls to the Management API per second by this process, or by all replicas together
 *     if they share. A free tenant allows 2 for all callers together.
 * @param memberCallsPerMinute Maximum number of calls per minute by this process to each of the endpoints that list members and
 *     their roles.
 * @param timeout How long one call to Auth0 may take as a whole, its keys included. From 100ms to 30s.
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
     * @param secrets Bearer tokens that the streams send, of at least 16 characters each; several while one replaces another.
     *     Without any, no events are received.
     * @param path Path below the context path, compared exactly.
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
