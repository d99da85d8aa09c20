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
 * @param domain Default domain of the Auth0 tenant, e.g. tenant.eu.auth0.com; the addresses of the issuer, the signing keys, the
 *     token endpoint and the Management API are derived from it.
 * @param clientId Client id of a Machine to Machine application that has access to the Management API.
 * @param clientSecret Secret of the Machine to Machine application.
 * @param issuers Additional issuers whose tokens are accepted, exactly as in the iss claim, with the slash at the end; needed if
 *     tokens are issued under a custom domain, e.g. https://login.example.com/.
 * @param rolesClaim Claim in which an Action puts the names of the user's roles, such as https://api.example.com/roles; without it,
 *     live roles alone decide.
 * @param tokenScopes Claim that contains the scopes of a token: scope or permissions.
 * @param groupRoles Whether the tenant gives roles to groups of organizations; members are then read one by one instead of by page.
 * @param youngTokens Whether a token that is younger than max-age decides until live permissions have been read; correct only if no
 *     Action changes the scopes of tokens.
 * @param delay How long after a change Auth0 may still answer with the old state; each limit on the age of permissions is extended
 *     by this time; from 0s to 60s.
 * @param callsPerSecond Maximum number of calls per second to the Management API by this process, or by all replicas together if
 *     they share; a free tenant allows 2 per second for all callers together.
 * @param memberCallsPerMinute Maximum number of calls per minute by this process to each of the endpoints for members and their
 *     roles.
 * @param timeout Time limit of each call to Auth0, until the whole response has arrived; it also applies to fetching signing keys;
 *     from 100ms to 30s.
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
     * @param secrets Bearer tokens of the event streams that deliver to this application, 16 characters or more. List the old and
     *     the new token while one replaces the other. Without a token, the event endpoint is off.
     * @param path Path of the event endpoint, relative to the context path; requests must match it exactly.
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
